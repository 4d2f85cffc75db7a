import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { CorruptImage, FileType, fromText } from "@erofs/format";
import { available, listXattrs } from "@erofs/linux";
import type { SyncImage } from "@erofs/reader";
import { createNode, type TreeNode } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import type { BatchResult } from "../src/batch-result.ts";
import { LargeFileWriter } from "../src/large-file-writer.ts";
import { type SharedFile, shareFile, Sharing } from "../src/shared-file.ts";
import { prepareTarget } from "../src/target.ts";
import { directory, file, imageOf, naiveLz4, noise, runs, xattr } from "./support/images.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const PART = 64 << 10;
const temporary = temporaryDirectory();
const compressed = { compressor: naiveLz4, pclusterSize: 16 << 10 };

interface Run {
  readonly results: (BatchResult | undefined)[];
  readonly shared: SharedFile;
  readonly path: string;
}

/** Writes the file `f` of an image, with a part by each of the writers in turn, which have images of their own. */
function writeFile(
  images: readonly SyncImage[],
  stopped = (parts: number) => parts < 0,
  target: string = temporary.next(),
): Run {
  const settings = prepareTarget({ target });
  const shared = shareFile({ path: "f", nid: images[0]!.lookup("f").nid });
  let parts = 0;
  const stop = (): boolean => stopped(parts);
  const writers = images.map((image) => new LargeFileWriter(image, settings, PART).write(shared, stop));
  const results: (BatchResult | undefined)[] = writers.map(() => undefined);
  for (const active = new Set(writers.keys()); active.size > 0;) {
    for (const index of active) {
      const step = writers[index]!.next();
      parts++;
      if (step.done !== true) continue;
      results[index] = step.value;
      active.delete(index);
    }
  }
  return { results, shared, path: `${target}/f` };
}

/** The image, telling of the content that is read; from `bad` on it cannot be. */
function watched(image: SyncImage, seen: [number, number][], bad = Infinity): SyncImage {
  return {
    ...image,
    readView: (node, offset, length) => {
      if (offset >= bad) throw new CorruptImage("made to fail", { nid: node.nid });
      const view = image.readView(node, offset, length);
      seen.push([offset, view.length]);
      return view;
    },
  };
}

const complete = { files: 1, failures: [], warnings: [] };
const share = { files: 0, bytes: 0, failures: [], warnings: [] };

describe("LargeFileWriter", () => {
  it.each([
    ["stored", {}, noise(10 * PART + 17, 1)],
    ["compressed", compressed, runs(60 * PART + 4097, 2)],
    ["of whole parts", {}, noise(4 * PART, 3)],
    ["of less than a part", compressed, runs(PART / 2, 4)],
  ])("writes a file that is %s", async (_, options, bytes) => {
    const image = await imageOf(directory({ f: file(bytes) }), options);
    const seen: [number, number][] = [];
    const { results, path } = writeFile([watched(image, seen), watched(image, seen), image]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(results.filter((result) => result?.files === 1)).toEqual([{ ...complete, bytes: bytes.length }]);
  });

  it("reads no byte twice: parts end with clusters", async () => {
    const bytes = runs(60 * PART + 4097, 5);
    const tree = directory({ f: file(bytes) });
    const all: [number, number][][] = [[], [], []];
    const images: SyncImage[] = [];
    for (const seen of all) images.push(watched(await imageOf(tree, compressed), seen));
    const { path } = writeFile(images);
    const pieces = all.flat().toSorted((a, b) => a[0] - b[0]);
    let end = 0;
    for (const [offset, length] of pieces) {
      expect(offset).toBe(end);
      end = offset + length;
    }
    expect(end).toBe(bytes.length);
    const starts = new Set(images[0]!.extents(images[0]!.lookup("f")).map((extent) => extent.logical));
    expect(pieces.every(([offset]) => starts.has(offset))).toBe(true);
    expect(all.map((seen) => seen.length > 5)).toEqual([true, true, true]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it("leaves holes out and reads nothing of them", async () => {
    const size = 300 * PART + 100;
    const ranges = [
      { offset: 3 * PART - 4096, size: 3 * PART },
      { offset: 200 * PART, size: 4096 },
    ];
    const bytes = Buffer.alloc(size);
    for (const { offset, size: length } of ranges) bytes.set(noise(length, offset + 1), offset);
    const source = temporary.next();
    writeFileSync(source, bytes);
    utimesSync(source, 1000, 1000);
    const slash = source.lastIndexOf("/");
    const node: TreeNode = Object.assign(createNode(FileType.regular, 0o644), {
      size,
      content: {
        kind: "file",
        directory: fromText(source.slice(0, slash)),
        name: fromText(source.slice(slash + 1)),
        mtime: 1000,
        mtimeNsec: 0,
        ranges,
      },
    });
    const image = await imageOf(directory({ f: node }));
    expect(image.extents(image.lookup("f")).filter(({ kind }) => kind === "hole")).not.toEqual([]);
    const seen: [number, number][] = [];
    const { path } = writeFile([watched(image, seen), watched(image, seen)]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(lstatSync(path).blocks * 512).toBeLessThan(5 * PART);
    expect(seen.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(5 * PART);
  });

  it("turns zeros at the end into a hole of the right size", async () => {
    const bytes = new Uint8Array(8 * PART + 5);
    bytes.set(noise(PART, 1));
    const image = await imageOf(directory({ f: file(bytes) }));
    expect(readFileSync(writeFile([image, image]).path).equals(bytes)).toBe(true);
  });

  it.skipIf(process.platform === "win32")(
    "gives attributes last, to a file that nobody may write (not on Windows)",
    async () => {
      const bytes = noise(5 * PART, 6);
      const fields = { permissions: 0o444, mtime: 123, uid: process.getuid!(), gid: process.getgid!() };
      const image = await imageOf(directory({ f: file(bytes, fields) }));
      const root = process.getuid!() === 0;
      const target = temporary.next();
      mkdirSync(target);
      chmodSync(target, 0o777);
      if (root) process.seteuid!(65534);
      const umask = process.umask(0o777);
      try {
        const { path } = writeFile([image, image], () => false, target);
        expect(lstatSync(path)).toMatchObject({ mode: 0o100444, mtimeMs: 123_000, size: bytes.length });
      } finally {
        process.umask(umask);
        if (root) process.seteuid!(0);
      }
    },
  );

  it.skipIf(!available())("gives extended attributes (needs Linux)", async () => {
    const tree = directory({ f: file(noise(5 * PART, 6), { mtime: 9, xattrs: [xattr("user.a", "b")] }) });
    const image = await imageOf(tree);
    const { path } = writeFile([image, image]);
    expect(listXattrs(path, false)).toEqual([xattr("user.a", "b")]);
    expect(lstatSync(path).mtimeMs).toBe(9000);
  });

  it("removes the file after a failure in the middle, and tells of it once", async () => {
    const image = await imageOf(directory({ f: file(noise(20 * PART, 7)) }));
    const bad = (): SyncImage => watched(image, [], 9 * PART);
    const { results, path, shared } = writeFile([bad(), bad(), bad()]);
    const failure = { code: "EUCLEAN", message: "f: made to fail", path: "f", nid: image.lookup("f").nid };
    expect(results.flatMap((result) => result!.failures)).toEqual([failure]);
    expect(results.map((result) => result!.files)).toEqual([0, 0, 0]);
    expect(existsSync(path)).toBe(false);
    const late = new LargeFileWriter(image, prepareTarget({ target: temporary.next() }), PART);
    expect(late.write(shared, () => false).next()).toEqual({ done: true, value: undefined });
  });

  it("tells once when the file cannot be made, and leaves what is there", async () => {
    const image = await imageOf(directory({ f: file(noise(4 * PART, 8)) }));
    const target = temporary.next();
    const settings = prepareTarget({ target });
    mkdirSync(`${target}/f`);
    const shared = shareFile({ path: "f", nid: image.lookup("f").nid });
    const writer = new LargeFileWriter(image, settings, PART);
    expect(writer.write(shared, () => false).next().value).toMatchObject({
      failures: [{ code: "EEXIST", path: "f" }],
    });
    expect(writer.write(shared, () => false).next().value).toBeUndefined();
    expect(lstatSync(`${target}/f`).isDirectory()).toBe(true);
  });

  it("removes the file when it throws what is no failure of a file", async () => {
    const image = await imageOf(directory({ f: file(noise(3 * PART, 7)) }));
    const target = temporary.next();
    const broken = {
      ...image,
      readView: () => {
        throw new TypeError("a mistake");
      },
    };
    expect(() => writeFile([broken], () => false, target)).toThrow(TypeError);
    expect(existsSync(`${target}/f`)).toBe(false);
  });

  it("removes the file when all are to stop, without a failure", async () => {
    const image = await imageOf(directory({ f: file(noise(20 * PART, 9)) }));
    const { results, path } = writeFile([image, image], (parts) => parts > 5);
    expect(results).toEqual([share, share]);
    expect(existsSync(path)).toBe(false);
  });

  it("makes nothing that is to stop at once", async () => {
    const image = await imageOf(directory({ f: file(noise(2 * PART, 9)) }));
    const { results, path } = writeFile([image], () => true);
    expect(results).toEqual([undefined]);
    expect(existsSync(path)).toBe(false);
  });

  it("waits for the first writer to open the file, until all is to stop", async () => {
    const image = await imageOf(directory({ f: file(noise(10, 1)) }));
    const shared = shareFile({ path: "f", nid: image.lookup("f").nid });
    new Sharing(shared).join();
    const settings = prepareTarget({ target: temporary.next() });
    let isStopped = false;
    const writing = new LargeFileWriter(image, settings).write(shared, () => isStopped);
    for (let i = 0; i < 2; i++) expect(writing.next()).toEqual({ done: false, value: undefined });
    isStopped = true;
    expect(writing.next()).toEqual({ done: true, value: share });
  });
});
