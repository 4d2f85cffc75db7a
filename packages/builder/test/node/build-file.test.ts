import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDirectory, scanDirectory } from "@erofs/input-directory";
import { lz4, lz4hc } from "@erofs/lz4-wasm";
import { openSync } from "@erofs/reader";
import { fileSource } from "@erofs/reader/node";
import type { Content } from "@erofs/tree";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImageFile, type FileBuildOptions, FileSink, readTree, startWorkers } from "../../src/node.ts";
import { deflate } from "../plugins/deflate.mjs";
import { throwing } from "../plugins/liars.mjs";
import { directory, file, noise, runs } from "../trees.ts";

let base: string;
let source: string;

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "erofs-builder-"));
  source = join(base, "source");
  mkdirSync(join(source, "many"), { recursive: true });
  for (let i = 0; i < 400; i++) {
    writeFileSync(join(source, "many", `file-${i}`), runs(1 + ((i * 7919) % 30_000), i));
  }
  // Several segments, their ends inside a block.
  writeFileSync(join(source, "large"), runs((17 << 20) + 123, 5));
  writeFileSync(join(source, "large-noise"), noise((9 << 20) + 77, 6));
  const mixed = runs(20 << 20, 7);
  mixed.set(noise(9 << 20, 8), 5 << 20);
  writeFileSync(join(source, "large-mixed"), mixed);
  const common = mixed.subarray((3 << 20) + 5, 9 << 20);
  writeFileSync(join(source, "large-common"), Buffer.concat([noise(40_001, 9), common, runs(9_999, 11)]));
  // Most of it a hole.
  writeFileSync(join(source, "sparse"), "beginning");
  truncateSync(join(source, "sparse"), 5 * 2 ** 30);
  appendFileSync(join(source, "sparse"), "end");
});

/** Content that cannot be read. */
function absent(): Content {
  return { kind: "file", directory: base, name: "absent", mtime: 0, mtimeNsec: 0 };
}

afterAll(() => rmSync(base, { recursive: true, force: true }));

async function hashOf(name: string, options: FileBuildOptions): Promise<string> {
  const path = join(base, name);
  await buildImageFile(readDirectory(source).root, path, options);
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

describe("buildImageFile", () => {
  it.each<[string, FileBuildOptions]>([
    ["stored", {}],
    ["lz4", { compressor: lz4 }],
    ["lz4hc with 64 KiB clusters", { compressor: lz4hc, level: 3, pclusterSize: 65536 }],
    [
      "fragments, tails packed, equal files once",
      { compressor: lz4, pclusterSize: 16384, fragments: {}, tailPacking: true, dedupe: true },
    ],
    [
      "parts of files once, all else that is compressed",
      {
        compressor: lz4hc,
        level: 3,
        pclusterSize: 65536,
        addressing: "48bit",
        dedupe: true,
        fragments: { all: true },
        compressDirectories: true,
        metabox: { pclusterSize: 16384 },
      },
    ],
    ["parts of files once, whole indexes", { compressor: lz4, dedupe: true, legacyIndex: true }],
    [
      "directories compressed, fragments",
      { compressor: lz4, fragments: {}, compressDirectories: true, dotOmitted: true },
    ],
    ["extents of 5,000 bytes", { compressor: lz4, maxExtentBytes: 5000 }],
    ["whole files as fragments", { compressor: lz4, fragments: { all: true, pclusterSize: 65536 } }],
    [
      "what pays, DEFLATE for some",
      {
        compressions: [
          { compressor: lz4 },
          { compressor: lz4hc, level: 3, pclusterSize: 65536 },
          { compressor: deflate, level: 1, pclusterSize: 16384 },
        ],
        auto: { candidates: [0, 1], worth: 0.01 },
        compressionOf: (path) => (/many.file-\d\d?$/.test(path) ? 2 : undefined),
        verify: true,
      },
    ],
  ])("makes the same bytes with any number of workers: %s", async (name, options) => {
    const hashes = [];
    for (const workers of [0, 1, 2, 5]) hashes.push(await hashOf(`${name}.erofs`, { ...options, workers }));
    expect(new Set(hashes).size).toBe(1);
    const image = openSync(fileSource(join(base, `${name}.erofs`)));
    for (const path of [
      "large",
      "large-noise",
      "large-mixed",
      "large-common",
      "many/file-3",
      "many/file-399",
    ]) {
      const expected = readFileSync(join(source, path));
      const node = image.lookup(`/${path}`);
      expect(node.size).toBe(expected.length);
      expect(Buffer.compare(image.read(node, 0, node.size), expected)).toBe(0);
    }
    const sparse = image.lookup("/sparse");
    expect(sparse.size).toBe(5 * 2 ** 30 + 3);
    expect(Buffer.from(image.read(sparse, 0, 10)).toString()).toBe("beginning\0");
    expect(Buffer.from(image.read(sparse, 5 * 2 ** 30 - 1, 4)).toString()).toBe("\0end");
    image.close();
  });

  it("makes the same bytes when files are compressed while the tree is read", async () => {
    const many = join(source, "many");
    const path = join(base, "early.erofs");
    const options = { compressor: lz4, workers: 2 };
    await buildImageFile(readDirectory(many).root, path, options);
    const expected = readFileSync(path);
    const executor = await startWorkers(options);
    const { tree, headStart } = await readTree(scanDirectory(many), options, executor);
    await buildImageFile(tree.root, path, { ...options, executor, headStart });
    await executor.close();
    expect(Buffer.compare(readFileSync(path), expected)).toBe(0);
  });

  it("names the file when compressing fails before the tree is read", async () => {
    const options = { compressor: throwing, workers: 1 };
    const executor = await startWorkers(options);
    const early = { concurrency: 2, run: executor.run.bind(executor) };
    const { tree, headStart } = await readTree(scanDirectory(join(source, "many")), options, early);
    const build = buildImageFile(tree.root, join(base, "early.erofs"), { ...options, executor, headStart });
    await expect(build).rejects.toThrow("out of ideas");
    await expect(build).rejects.toMatchObject({ code: "EPROTO", path: expect.stringMatching(/^file-\d+$/) });
    await executor.close();
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ["grew", (path) => appendFileSync(path, "x"), /its size went from 5000 to 5001/],
    ["shrank", (path) => truncateSync(path, 4500), /it ended at byte 4500/],
    ["was modified", (path) => utimesSync(path, 1, 1), /it was modified/],
  ])("names a file that %s", async (_, change, message) => {
    const tree = join(base, "changing");
    mkdirSync(tree, { recursive: true });
    const path = join(tree, "victim");
    writeFileSync(path, runs(5000, 1));
    const { root } = readDirectory(tree);
    change(path);
    const image = join(base, "changing.erofs");
    for (const options of [{}, { compressor: lz4 }]) {
      const result = buildImageFile(root, image, options);
      await expect(result).rejects.toThrow(message);
      await expect(result).rejects.toMatchObject({ code: "EAGAIN", path });
    }
    expect(existsSync(image)).toBe(false);
    expect(readdirSync(base).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("takes a file from just before 1970 for unchanged", async () => {
    const tree = join(base, "old");
    mkdirSync(tree, { recursive: true });
    writeFileSync(join(tree, "old"), "data");
    utimesSync(join(tree, "old"), new Date(-1500), new Date(-1500));
    await buildImageFile(readDirectory(tree).root, join(base, "old.erofs"));
    const image = openSync(fileSource(join(base, "old.erofs")));
    expect(image.lookup("/old")).toMatchObject({ mtime: -2, mtimeNsec: 500_000_000 });
    image.close();
  });

  it("names a file that went away", async () => {
    const tree = join(base, "vanishing");
    mkdirSync(tree, { recursive: true });
    writeFileSync(join(tree, "victim"), "data");
    const { root } = readDirectory(tree);
    rmSync(join(tree, "victim"));
    await expect(buildImageFile(root, join(base, "vanishing.erofs"))).rejects.toMatchObject({
      code: "ENOENT",
      path: join(tree, "victim"),
    });
  });

  it.skipIf(process.platform === "win32")("does not wait at a file that became a fifo", async () => {
    const tree = join(base, "fifo");
    mkdirSync(tree, { recursive: true });
    const path = join(tree, "victim");
    writeFileSync(path, "data");
    const { root } = readDirectory(tree);
    rmSync(path);
    execFileSync("mkfifo", [path]);
    await expect(buildImageFile(root, join(base, "fifo.erofs"))).rejects.toMatchObject({
      code: "ESPIPE",
      path,
    });
  });

  it("takes an image name as long as a name can be", async () => {
    const path = join(base, "x".repeat(255));
    await buildImageFile(directory({}), path, { workers: 0 });
    expect(readFileSync(path).length).toBe(4096);
  });

  it("leaves an image that was there as it was when the build fails", async () => {
    const path = join(base, "kept.erofs");
    writeFileSync(path, "old");
    const broken = directory({ a: file(noise(5000, 1)) });
    broken.entries![0]!.node.content = absent();
    await expect(buildImageFile(broken, path)).rejects.toMatchObject({ code: "ENOENT" });
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  it("fails clearly where it cannot write", async () => {
    await expect(buildImageFile(directory({}), join(base, "absent", "x.erofs"))).rejects.toThrow(
      /cannot write .*absent.x\.erofs: no such file or directory \(ENOENT\)/,
    );
  });

  it("fails clearly when a worker cannot load the compressor", async () => {
    const elsewhere = { ...lz4, module: `file://${join(base, "no-such-module.js")}` };
    await expect(
      buildImageFile(directory({ a: file(runs(9000, 1)) }), join(base, "x.erofs"), { compressor: elsewhere }),
    ).rejects.toThrow(/compressor lz4 failed to load: Cannot find module/);
  });
});

describe("an image and its blob", () => {
  const chunks = { size: 65_536 };
  const tree = () => directory({ a: file(noise(300_000, 1)), b: file(runs(70_000, 2)) });

  it("appear together, and are the same for any number of workers", async () => {
    const digests = [];
    for (const workers of [0, 1, 2, 5]) {
      const paths = [join(base, `chunks-${workers}.erofs`), join(base, `chunks-${workers}.blob`)] as const;
      const options = { chunks, blobFile: paths[1], workers, sync: false };
      await buildImageFile(readDirectory(source).root, paths[0], options);
      digests.push(paths.map((path) => createHash("sha256").update(readFileSync(path)).digest("hex")));
      const blob = fileSource(paths[1]);
      const image = openSync(fileSource(paths[0]), { devices: [blob] });
      expect(image.deviceSlots).toEqual([
        { tag: digests[0]![1], blockCount: blob.size / 4096, unifiedBlock: image.superblock.blockCount },
      ]);
      for (const name of ["large", "large-mixed", "many/file-7"]) {
        const bytes = readFileSync(join(source, name));
        expect(Buffer.compare(image.read(image.lookup(name)), bytes)).toBe(0);
      }
      const sparse = image.lookup("sparse");
      expect(image.read(sparse, sparse.size - 4, 4)).toEqual(Uint8Array.from(Buffer.from("\0end")));
      image.close();
    }
    expect(new Set(digests.map(String)).size).toBe(1);
  });

  it.each(["kept", undefined])("are as they were when the image cannot get its name (%s)", async (old) => {
    const folder = mkdtempSync(join(base, "pair-"));
    const blobFile = join(folder, "blob");
    if (old !== undefined) writeFileSync(blobFile, old);
    // A directory cannot be replaced by a file.
    mkdirSync(join(folder, "image"));
    const result = buildImageFile(tree(), join(folder, "image"), { chunks, blobFile });
    await expect(result).rejects.toThrow(/cannot write .*image: .*directory/);
    expect(readdirSync(folder).toSorted()).toEqual(old === undefined ? ["image"] : ["blob", "image"]);
    expect(existsSync(blobFile) ? readFileSync(blobFile, "utf8") : undefined).toBe(old);
  });

  it("leave nothing when the build fails", async () => {
    const folder = mkdtempSync(join(base, "pair-"));
    const broken = tree();
    broken.entries![0]!.node.content = absent();
    const options = { chunks, blobFile: join(folder, "blob") };
    await expect(buildImageFile(broken, join(folder, "image"), options)).rejects.toMatchObject({
      code: "ENOENT",
    });
    await expect(buildImageFile(tree(), join(folder, "no", "image"), options)).rejects.toMatchObject({
      code: "ENOENT",
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("replace what was there", async () => {
    const folder = mkdtempSync(join(base, "pair-"));
    const blobFile = join(folder, "blob");
    writeFileSync(blobFile, "old");
    writeFileSync(join(folder, "image"), "old");
    await buildImageFile(tree(), join(folder, "image"), { chunks, blobFile });
    expect(readFileSync(blobFile).length).toBe(372_736 + 4096);
    expect(readdirSync(folder).toSorted()).toEqual(["blob", "image"]);
  });

  it("need a chunk size", async () => {
    const options = { blobFile: join(base, "lone.blob") };
    await expect(buildImageFile(tree(), join(base, "lone.erofs"), options)).rejects.toThrow(/chunk size/);
  });
});

const isRoot = process.platform === "linux" && process.getuid?.() === 0;

describe("FileSink", () => {
  it.skipIf(!isRoot)(
    "reports a full disk and leaves nothing (needs root on Linux: mounts a small tmpfs)",
    async () => {
      const mount = join(base, "small");
      mkdirSync(mount);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", mount]);
      try {
        const root = directory({ a: file(noise(3 << 20, 1)) });
        const result = buildImageFile(root, join(mount, "image.erofs"));
        await expect(result).rejects.toThrow(/no space left on device \(ENOSPC\)/);
        await expect(result).rejects.toMatchObject({ code: "ENOSPC" });
        expect(readdirSync(mount)).toEqual([]);
      } finally {
        execFileSync("umount", [mount]);
      }
    },
  );

  it("shows nothing under the name before it is finished", async () => {
    const path = join(base, "sink.erofs");
    const sink = new FileSink(path);
    sink.write(4096, new Uint8Array(4096).fill(1));
    expect(existsSync(path)).toBe(false);
    sink.write(0, new Uint8Array(4096));
    await sink.finish(12288);
    expect(readFileSync(path).length).toBe(12288);
  });
});
