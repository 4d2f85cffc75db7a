import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, it } from "vitest";

import { erofs, output } from "../command.ts";
import { temporaryFolder } from "../sample-tree.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const line = (i: number) => `${i} ${"x".repeat(i % 50)}\n`;
const lines = (first: number) => Array.from({ length: 20_000 }, (_, i) => line(first + i)).join("");
/** Tags of the devices of c.erofs. */
let tags: string[];

beforeAll(async () => {
  mkdirSync(at("a"));
  writeFileSync(at("a/old"), lines(0));
  writeFileSync(at("a/zeros"), Buffer.alloc(100_000));
  await output(["build", "-q", "--chunksize", "4K", "--blobdev", at("a.blob"), at("a"), at("a.erofs")]);
  cpSync(at("a"), at("b"), { recursive: true });
  writeFileSync(at("b/new"), lines(1_000_000));
  const dictionary = ["--chunk-dict", at("a.erofs")];
  const blob = ["--blobdev", at("b.blob")];
  await output(["build", "-q", "--chunksize", "4096", ...blob, ...dictionary, at("b"), at("b.erofs")]);
  cpSync(at("b"), at("c"), { recursive: true });
  writeFileSync(at("c/both"), lines(1_000_000) + lines(2_000_000));
  await output(["build", "-q", "--chunksize", "4k", "--chunk-dict", at("b.erofs"), at("c"), at("c.erofs")]);
  const { superblock } = JSON.parse(await output(["inspect", "--json", at("c.erofs")])) as {
    superblock: { devices: { tag: string }[] };
  };
  tags = superblock.devices.map(({ tag }) => tag);
});

/** Options that give c.erofs its devices. */
const inOrder = (files: readonly string[]) => files.flatMap((file) => ["--device", file]);

describe("an image with chunks elsewhere", () => {
  it("stores only what the dictionary lacks", () => {
    const size = (name: string) => readFileSync(at(name)).length;
    expect(size("a.blob")).toBeGreaterThan(lines(0).length - 1);
    expect(size("b.blob")).toBeLessThan(lines(1_000_000).length + 4096);
    expect(size("c.erofs")).toBeLessThan(lines(2_000_000).length + 5 * 4096);
    expect(tags).toHaveLength(2);
  });

  it("finds its devices in order, by tag, by digest in a folder, by name in a folder", async () => {
    const byName = at("named");
    mkdirSync(byName);
    const [first, second] = await orderedBlobs();
    for (const [i, blob] of [first, second].entries()) cpSync(blob, join(byName, tags[i]!));
    for (const options of [
      inOrder([first, second]),
      inOrder([`${tags[1]}=${second}`, first]),
      inOrder([`${tags[1]}=${second}`, `${tags[0]}=${first}`]),
      ["--device-dir", folder],
      ["--device-dir", byName],
      ["--device-dir", at("a"), "--device-dir", folder],
      ["--device", `${tags[1]}=${second}`, "--device-dir", folder],
    ]) {
      expect(await output(["cat", ...options, at("c.erofs"), "both"])).toBe(
        lines(1_000_000) + lines(2_000_000),
      );
      expect(await output(["cat", ...options, at("c.erofs"), "old"])).toBe(lines(0));
      const { status } = await erofs(["check", "-q", ...options, at("c.erofs")]);
      expect(status).toBe(0);
    }
    await output(["extract", "-q", "--device-dir", folder, at("c.erofs"), at("out")]);
    for (const name of readdirSync(at("c"))) {
      expect(Buffer.compare(readFileSync(join(at("c"), name)), readFileSync(join(at("out"), name)))).toBe(0);
    }
  });

  /** The blobs in the order of the table of c.erofs. */
  async function orderedBlobs(): Promise<[string, string]> {
    const { superblock } = JSON.parse(await output(["inspect", "--json", at("a.erofs")])) as {
      superblock: { devices: { tag: string }[] };
    };
    const isFirst = superblock.devices[0]!.tag === tags[0];
    return isFirst ? [at("a.blob"), at("b.blob")] : [at("b.blob"), at("a.blob")];
  }

  it("is read without them as far as no data are needed, and says which one is missing", async () => {
    expect(await output(["ls", at("c.erofs")])).toBe("both\nnew\nold\nzeros\n");
    expect(await output(["cat", at("c.erofs"), "zeros"])).toBe("\0".repeat(100_000));
    const missing = "is missing: --device FILE or --device-dir DIR gives it";
    for (const [args, name] of [
      [["cat", at("c.erofs"), "old"], `data stands on device`],
      [["check", at("c.erofs")], `device 1 (tag ${tags[0]})`],
      [["cat", "--device-dir", at("a"), at("c.erofs"), "old"], `device 1 (tag ${tags[0]})`],
    ] as const) {
      const { status, stderr } = await erofs(args);
      expect(status).toBe(1);
      expect(stderr).toContain(name);
      expect(stderr).toContain(missing);
    }
    const extracted = await erofs(["extract", "-q", at("c.erofs"), at("nothing")]);
    expect(extracted.status).toBe(1);
    expect(extracted.stderr).toMatch(/both: data stands on device \d \(tag [0-9a-f]{64}\), which is missing/);
    expect((await erofs(["check", "-q", "--no-data", at("c.erofs")])).status).toBe(0);
  });

  it("wants as many devices as it has", async () => {
    const { stderr } = await erofs(["ls", "--device", at("a.blob"), at("c.erofs")]);
    expect(stderr).toMatch(/--device: 1 given in order, the image needs 2: device 1 \(tag .*\), device 2/);
    await output(["build", "-q", at("a"), at("plain.erofs")]);
    const { stderr: none } = await erofs(["ls", "--device", at("a.blob"), at("plain.erofs")]);
    expect(none).toMatch(/--device: 1 given in order, the image needs no further one/);
  });

  it("shows devices, chunks and where they are", async () => {
    const text = await output(["inspect", "-S", at("c.erofs")]);
    expect(text).toMatch(new RegExp(`^Device 1: +\\d+ blocks .* tag ${tags[0]}$`, "m"));
    expect(text).toMatch(/^Chunks on +content +stored +ratio$/m);
    expect(text).toMatch(/^device 2 /m);
    expect(text).toMatch(/^[\d,]+ chunks in 4 files, 1 of them holes$/m);
    const layout = await output(["inspect", at("c.erofs"), "both"]);
    expect(layout).toMatch(/ data +[12]:0x0 /);
  });

  it("is at fault when a device is too short", async () => {
    const [first, second] = await orderedBlobs();
    writeFileSync(at("short.blob"), readFileSync(first).subarray(0, 8192));
    const { status, stdout } = await erofs([
      "check",
      "-q",
      ...inOrder([at("short.blob"), second]),
      at("c.erofs"),
    ]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^superblock: device 1 \(tag .*\) has 8192 bytes, its slot says \d+/);
    expect(stdout).toMatch(/lie beyond the end of device 1/);
  });
});

describe("erofs build", () => {
  const build = (...args: string[]) => erofs(["build", "-q", ...args, at("a"), at("x.erofs")]);

  it("refuses options about chunks that make no sense", async () => {
    for (const [args, status, message] of [
      [["--blobdev", at("x.blob")], 2, /'--blobdev <FILE>' is for chunks: '--chunksize <SIZE>' says/],
      [["--chunk-dict", at("a.erofs")], 2, /'--chunk-dict <IMAGE>' is for chunks/],
      [
        ["--chunksize", "5000"],
        2,
        /'--chunksize <SIZE>': expected a power of two from the block size to 64M/,
      ],
      [["--chunksize", "4K", "--blobdev", at("x.erofs")], 2, /'--blobdev <FILE>': it is IMAGE/],
      [["--chunksize", "4K", "--blobdev", at("a")], 2, /option '--blobdev <FILE>': '.*' is a directory/],
      [["--chunksize", "4K", "--blobdev", at("b"), "-E", "force-inode-blockmap"], 2, /force-inode-blockmap/],
      [["--chunksize", "4K", "--chunk-dict", at("b/new")], 1, /chunk dictionary .*new: .*not an EROFS image/],
      [["--chunksize", "4K", "-b", "512", "--chunk-dict", at("a.erofs")], 1, /it has blocks of 4096 bytes/],
      [
        ["--chunksize", "4K", "--blobdev", at("a.blob"), "--chunk-dict", at("b.erofs")],
        2,
        /cannot be replaced/,
      ],
    ] as const) {
      const outcome = await build(...args);
      expect(outcome.stderr).toMatch(message);
      expect(outcome.status).toBe(status);
    }
    expect(readdirSync(folder).filter((name) => name.startsWith("x"))).toEqual([]);
  });

  it("looks for the devices of a dictionary elsewhere, too", async () => {
    mkdirSync(at("moved"));
    renameSync(at("a.blob"), at("moved/a.blob"));
    const dictionary = ["--chunksize", "4K", "--chunk-dict", at("a.erofs")];
    expect((await build(...dictionary)).stderr).toMatch(/chunk dictionary .* is missing: --device/);
    for (const options of [
      ["--device", at("moved/a.blob")],
      ["--device-dir", at("moved")],
    ]) {
      expect((await build(...dictionary, ...options)).status).toBe(0);
      expect(readFileSync(at("x.erofs")).length).toBe(4096);
    }
    rmSync(at("x.erofs"));
    renameSync(at("moved/a.blob"), at("a.blob"));
  });

  it("takes an image that has chunks itself for a dictionary, by its UUID", async () => {
    await output(["build", "-q", "--chunksize", "4K", at("b"), at("whole.erofs")]);
    expect((await build("--chunksize", "4K", "--chunk-dict", at("whole.erofs"))).status).toBe(0);
    expect(await output(["cat", "--device-dir", folder, at("x.erofs"), "old"])).toBe(lines(0));
    rmSync(at("x.erofs"));
  });

  it("keeps its blob out of the image when it stands in the source", async () => {
    await output(["build", "-q", "--chunksize", "4K", "--blobdev", at("a/blob"), at("a"), at("x.erofs")]);
    await output(["build", "-q", "--chunksize", "4K", "--blobdev", at("a/blob"), at("a"), at("x.erofs")]);
    expect(await output(["ls", at("x.erofs")])).toBe("old\nzeros\n");
    rmSync(at("a/blob"));
    rmSync(at("x.erofs"));
  });
});
