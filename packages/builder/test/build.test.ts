import type { Compressor } from "@erofs/compressor";
import { type ByteString, DataLayout, encodeDevice, FeatureIncompat, FileType } from "@erofs/format";
import { memorySource, openSync, type SyncImage } from "@erofs/reader";
import { modeOf, type TreeNode, type Xattr } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import { buildImage, type BuildOptions, inProcess, MemorySink } from "../src/index.ts";
import { naiveLz4 } from "./naive-lz4.ts";
import { directory, everything, file, noise, runs, special, symlink, xattr } from "./trees.ts";

async function build(root: TreeNode, options: BuildOptions = {}): Promise<Uint8Array> {
  const sink = new MemorySink();
  await buildImage(root, sink, options, await inProcess(options));
  return sink.image;
}

function contentOf(node: TreeNode): Uint8Array {
  return node.content?.kind === "memory" ? node.content.bytes : new Uint8Array(0);
}

/** What the image says of a node that the tree says otherwise, as a list of words; empty when all is equal. */
function differences(image: SyncImage, root: TreeNode): string[] {
  const found: string[] = [];
  const links = new Map<TreeNode, { nid: number; count: number }>();
  const compare = (path: ByteString, node: TreeNode, nid: number) => {
    const inode = image.inode(nid);
    const expected = {
      mode: modeOf(node),
      uid: node.uid,
      gid: node.gid,
      mtime: node.mtime,
      mtimeNsec: node.mtimeNsec,
    };
    for (const [name, value] of Object.entries(expected)) {
      const actual = inode[name as keyof typeof expected];
      if (actual !== value) found.push(`${path}: ${name} ${actual}, expected ${value}`);
    }
    const xattrs = (list: readonly { name: string; value: Uint8Array }[]) =>
      list
        .map(({ name, value }) => `${name}=${Buffer.from(value).toString("hex")}`)
        .toSorted()
        .join();
    if (xattrs(image.xattrs(inode)) !== xattrs(node.xattrs ?? [])) found.push(`${path}: xattrs`);
    const seen = links.get(node);
    if (seen && seen.nid !== nid) found.push(`${path}: not the same inode as its other name`);
    links.set(node, { nid, count: (seen?.count ?? 0) + 1 });
    if (node.type === FileType.regular) {
      if (inode.size !== node.size) found.push(`${path}: size ${inode.size}`);
      else if (Buffer.compare(image.read(inode, 0, node.size), contentOf(node)) !== 0)
        found.push(`${path}: bytes`);
    } else if (node.type === FileType.symlink) {
      if (image.readlink(inode) !== node.target) found.push(`${path}: target`);
    } else if (node.type === FileType.characterDevice || node.type === FileType.blockDevice) {
      if (inode.rdev !== encodeDevice(node.major, node.minor)) found.push(`${path}: device ${inode.rdev}`);
    } else if (node.type === FileType.directory) {
      const listed = image.readdir(inode).filter(({ name }) => name !== "." && name !== "..");
      const entries = node.entries!;
      if (listed.map(({ name }) => name).join("/") !== entries.map(({ name }) => name).join("/")) {
        found.push(`${path}: names`);
        return;
      }
      for (const [i, entry] of entries.entries()) {
        if (listed[i]!.type !== entry.node.type) found.push(`${path}/${entry.name}: type ${listed[i]!.type}`);
        if (image.child(inode, entry.name)?.nid !== listed[i]!.nid)
          found.push(`${path}/${entry.name}: lookup`);
        compare(`${path}/${entry.name}`, entry.node, listed[i]!.nid);
      }
    }
  };
  compare("", root, image.root.nid);
  for (const [node, { nid, count }] of links) {
    const { nlink } = image.inode(nid);
    if (node.type !== FileType.directory && nlink !== count) found.push(`nid ${nid}: nlink ${nlink}`);
  }
  return found;
}

const cases: { blockSize: number; name: string; options: BuildOptions }[] = [];
for (const blockSize of [512, 1024, 4096, 16384, 65536]) {
  const compressors: [string, Compressor | undefined][] = [
    ["stored", undefined],
    ["naive LZ4", naiveLz4],
  ];
  for (const [name, compressor] of compressors) {
    cases.push({ blockSize, name: `${name}, blocks of ${blockSize}`, options: { blockSize, compressor } });
  }
  cases.push({
    blockSize,
    name: `clusters of 64 KiB, blocks of ${blockSize}`,
    options: { blockSize, compressor: naiveLz4, pclusterSize: 65536 },
  });
  cases.push({
    blockSize,
    name: `tails packed, blocks of ${blockSize}`,
    options: { blockSize, compressor: naiveLz4, pclusterSize: Math.max(blockSize, 16384), tailPacking: true },
  });
}
for (const blockSize of [512, 4096, 65536]) {
  const options: BuildOptions = { blockSize, compressor: naiveLz4, fragments: {} };
  cases.push(
    { blockSize, name: `fragments, blocks of ${blockSize}`, options },
    {
      blockSize,
      name: `whole files as fragments, blocks of ${blockSize}`,
      options: { ...options, fragments: { all: true } },
    },
    {
      blockSize,
      name: `fragments in larger clusters, tails packed, equal files once, blocks of ${blockSize}`,
      options: { ...options, fragments: { pclusterSize: 131072 }, tailPacking: true, dedupe: true },
    },
    { blockSize, name: `equal files once, blocks of ${blockSize}`, options: { blockSize, dedupe: true } },
  );
}
for (const blockSize of [512, 4096]) {
  cases.push(
    {
      blockSize,
      name: `compressed directories, blocks of ${blockSize}`,
      options: { blockSize, compressor: naiveLz4, compressDirectories: true },
    },
    {
      blockSize,
      name: `compressed directories without dots, fragments, tails packed, blocks of ${blockSize}`,
      options: {
        blockSize,
        compressor: naiveLz4,
        fragments: {},
        compressDirectories: true,
        dotOmitted: true,
        tailPacking: true,
        dedupe: true,
      },
    },
    { blockSize, name: `no dots, blocks of ${blockSize}`, options: { blockSize, dotOmitted: true } },
    {
      blockSize,
      name: `extents of a block and a half, blocks of ${blockSize}`,
      options: { blockSize, compressor: naiveLz4, pclusterSize: 65536, maxExtentBytes: 1.5 * blockSize },
    },
  );
}
cases.push(
  {
    blockSize: 4096,
    name: "legacy index, fragments",
    options: { compressor: naiveLz4, legacyIndex: true, fragments: {} },
  },
  { blockSize: 4096, name: "legacy index", options: { compressor: naiveLz4, legacyIndex: true } },
  {
    blockSize: 4096,
    name: "legacy index, tails packed",
    options: { compressor: naiveLz4, legacyIndex: true, tailPacking: true },
  },
  {
    blockSize: 4096,
    name: "legacy index, compressed directories, all of them fragments",
    options: {
      compressor: naiveLz4,
      legacyIndex: true,
      compressDirectories: true,
      fragments: { all: true, pclusterSize: 65536 },
    },
  },
  { blockSize: 4096, name: "no inline data", options: { inlineData: false } },
  { blockSize: 4096, name: "extended inodes", options: { inodeForm: "extended" } },
  { blockSize: 4096, name: "all xattrs shared", options: { xattrTolerance: 0 } },
  { blockSize: 4096, name: "no xattr shared", options: { xattrTolerance: 1000 } },
);

describe("buildImage", () => {
  it.each(cases)("is read back equal: $name", async ({ blockSize, options }) => {
    const root = everything(blockSize);
    const image = openSync(memorySource(await build(root, options)));
    expect(differences(image, root)).toEqual([]);
  });

  it("makes the smallest image of an empty directory one block, equal to the format's worked example", async () => {
    const image = await build(directory({}, { mtime: 1_700_000_000 }), {
      uuid: Buffer.from("00112233445566778899aabbccddeeff", "hex"),
    });
    expect(image.length).toBe(4096);
    expect(Buffer.from(image.subarray(0x400, 0x490)).toString("hex")).toBe(
      "e2e1f5e077f5333603000000" +
        "0c002400" +
        "01000000000000000" +
        "0f15365000000000000000001000000" +
        "0000000000000000" +
        "00112233445566778899aabbccddeeff" +
        "00".repeat(64) +
        "04000000ed4102001b00000000000000",
    );
  });

  it("stores what does not shrink flat, and what does in fewer blocks", async () => {
    const image = openSync(
      memorySource(
        await build(directory({ noise: file(noise(50_000, 3)), runs: file(runs(50_000, 4)) }), {
          compressor: naiveLz4,
        }),
      ),
    );
    expect(image.lookup("/noise").layout).toBe(DataLayout.flatInline);
    const shrunk = image.lookup("/runs");
    expect(shrunk.layout).toBe(DataLayout.compressedCompact);
    expect(shrunk.blockCount).toBeLessThan(6);
  });

  it("keeps last clusters behind inodes where there is room for them", async () => {
    const long = runs((6 << 20) + 1000, 5);
    const mixed = new Uint8Array((8 << 20) + 3000);
    mixed.set(runs(8 << 20, 6));
    mixed.set(noise(3000, 7), 8 << 20);
    const root = directory({
      short: file(runs(3000, 1)),
      tiny: file(runs(50, 2)),
      noise: file(noise(3000, 3)),
      // Less than a block, but not beside its xattrs.
      crowded: file(runs(3000, 4), { xattrs: [xattr("user.a", "v".repeat(3950))] }),
      // Its index is longer than a block.
      long: file(long),
      // Its last segment does not shrink.
      mixed: file(mixed),
    });
    const options = { compressor: naiveLz4, tailPacking: true };
    const image = openSync(memorySource(await build(root, options)));
    expect(differences(image, root)).toEqual([]);
    expect(image.superblock.featureIncompat & FeatureIncompat.ztailpacking).not.toBe(0);
    const extentsOf = (path: ByteString) => image.extents(image.lookup(path));
    expect(extentsOf("/short")).toMatchObject([{ kind: "compressed", length: 3000 }]);
    expect(image.lookup("/short").blockCount).toBe(0);
    expect(["/tiny", "/noise", "/crowded"].map((path) => image.lookup(path).layout)).toEqual([
      DataLayout.flatInline,
      DataLayout.flatInline,
      DataLayout.flatPlain,
    ]);
    for (const path of ["/long", "/mixed"]) {
      const extents = extentsOf(path);
      const stored = extents.reduce((sum, { physical }) => sum + physical!.length, 0);
      expect(stored % 4096).not.toBe(0);
      expect(image.lookup(path).blockCount).toBe(Math.floor(stored / 4096));
    }
    const without = await build(root, { ...options, tailPacking: false });
    expect(image.superblock.blockCount * 4096).toBeLessThan(without.length);
  });

  it("stores ends of files in the packed inode, equal ones once", async () => {
    const long = runs(300_000, 1);
    const root = directory({
      a: file(long),
      b: file(long, { uid: 7, xattrs: [xattr("user.x", "y")] }),
      copy: file(long, { mtime: 7 }),
      noise: file(noise(300_000, 2)),
      small: file(noise(1000, 3)),
      smallAgain: file(noise(1000, 3), { mtime: 3 }),
    });
    const options = { compressor: naiveLz4, pclusterSize: 16384, fragments: {} };
    const image = openSync(memorySource(await build(root, options)));
    expect(differences(image, root)).toEqual([]);
    const { featureIncompat, packedNid, inodeCount } = image.superblock;
    expect(featureIncompat & FeatureIncompat.fragments).not.toBe(0);
    expect(inodeCount).toBe(8);
    expect(image.inode(packedNid)).toMatchObject({ mode: 0o100600, nlink: 1 });
    const [a, b, copy, small, smallAgain] = ["/a", "/b", "/copy", "/small", "/smallAgain"].map((path) => {
      const last = image.extents(image.lookup(path)).at(-1)!;
      expect(last.kind).toBe("fragment");
      return last.fragmentOffset;
    });
    expect(b).toBe(a);
    expect(copy).toBe(a);
    expect(smallAgain).toBe(small);
    expect(small).not.toBe(a);
    expect(image.extents(image.lookup("/noise")).some(({ kind }) => kind === "fragment")).toBe(false);
  });

  it.each([
    ["full", 1, 1],
    ["inode", 1, 2],
    ["off", 2, 2],
  ] as const)("shares fragments as asked: %s", async (dedupe, wholes, ends) => {
    const start = runs(40_000, 1);
    const end = noise(1000, 2);
    const root = directory({
      end1: file(Buffer.concat([start, end])),
      end2: file(Buffer.concat([start, end]), { uid: 1 }),
      whole1: file(runs(2000, 9)),
      whole2: file(runs(2000, 9), { uid: 1 }),
    });
    const image = openSync(memorySource(await build(root, { compressor: naiveLz4, fragments: { dedupe } })));
    expect(differences(image, root)).toEqual([]);
    const placesOf = (name: string) =>
      new Set([1, 2].map((i) => image.extents(image.lookup(`/${name}${i}`)).at(-1)!.fragmentOffset)).size;
    expect(placesOf("whole")).toBe(wholes);
    expect(placesOf("end")).toBe(ends);
  });

  it("stores the content of equal files once", async () => {
    const flat = noise(50_000, 1);
    const shrinking = runs(50_000, 2);
    const short = runs(900, 3);
    const root = directory({
      flat1: file(flat),
      flat2: file(flat),
      // Its inode is longer, so that not all of it can be as the other's; its data can.
      flat3: file(flat, { xattrs: [xattr("user.long", "v".repeat(3000))] }),
      short1: file(short),
      short2: file(short, { uid: 3 }),
      z1: file(shrinking),
      z2: file(shrinking, { permissions: 0o600 }),
      z3: file(shrinking),
    });
    const image = openSync(
      memorySource(await build(root, { compressor: naiveLz4, tailPacking: true, dedupe: true })),
    );
    expect(differences(image, root)).toEqual([]);
    const startOf = (path: ByteString) => image.lookup(path).startBlock;
    const placesOf = (path: ByteString) =>
      image
        .extents(image.lookup(path))
        .slice(0, -1)
        .map(({ physical }) => physical);
    expect(startOf("/flat2")).toBe(startOf("/flat1"));
    expect(placesOf("/flat3")).toEqual(placesOf("/flat1"));
    expect(placesOf("/z2")).toEqual(placesOf("/z1"));
    expect(placesOf("/z3")).toEqual(placesOf("/z1"));
    const blocks = image.superblock.blockCount;
    const without = openSync(memorySource(await build(root, { compressor: naiveLz4, tailPacking: true })));
    expect(without.superblock.blockCount - blocks).toBeGreaterThanOrEqual(
      Math.floor(flat.length / 4096) + 2 * placesOf("/z1").length,
    );
  });

  it("stores data in the order that is asked for", async () => {
    const root = directory({
      a: file(runs(100_000, 1)),
      b: file(runs(100_000, 2)),
      c: file(noise(20_000, 3)),
      d: file(noise(20_000, 3), { uid: 1 }),
      small1: file(runs(500, 4)),
      small2: file(runs(500, 4), { mtime: 5 }),
    });
    const layouts: BuildOptions[] = [
      {},
      { compressor: naiveLz4 },
      { compressor: naiveLz4, fragments: {}, dedupe: true },
      { compressor: naiveLz4, fragments: { all: true } },
    ];
    for (const options of layouts) {
      const all = { ...options, dataOrder: ["small2", "d", "b"] };
      const image = openSync(memorySource(await build(root, all)));
      expect(differences(image, root)).toEqual([]);
      const [a, b, c, d] = ["/a", "/b", "/c", "/d"].map((path) => {
        const [first] = image.extents(image.lookup(path));
        return first!.fragmentOffset ?? first!.physical!.offset;
      });
      expect(b).toBeLessThan(a!);
      expect(d).toBeLessThanOrEqual(c!);
    }
  });

  it("gives compact inodes to those with the most frequent time only", async () => {
    const image = openSync(
      memorySource(
        await build(
          directory(
            {
              a: file(noise(1, 1), { mtime: 50, mtimeNsec: 7 }),
              b: file(noise(1, 1), { mtime: 50, mtimeNsec: 7 }),
              c: file(noise(1, 1), { mtime: 50, mtimeNsec: 8 }),
            },
            { mtime: 50, mtimeNsec: 7 },
          ),
        ),
      ),
    );
    expect(["/a", "/b", "/c"].map((path) => image.lookup(path).extended)).toEqual([false, false, true]);
  });

  it("derives the UUID from tree and options", async () => {
    const tree = () => directory({ a: file(noise(10, 1)) });
    const uuidOf = async (root: TreeNode, options: BuildOptions = {}) =>
      Buffer.from(openSync(memorySource(await build(root, options))).superblock.uuid).toString("hex");
    const first = await uuidOf(tree());
    expect(await uuidOf(tree())).toBe(first);
    expect(first[12]).toBe("8");
    const other = tree();
    other.entries![0]!.node.mtime = 1;
    expect(await uuidOf(other)).not.toBe(first);
    expect(await uuidOf(tree(), { volumeName: "x" })).not.toBe(first);
    const otherRoot = tree();
    otherRoot.permissions = 0o700;
    expect(await uuidOf(otherRoot)).not.toBe(first);
    const device = (minor: number) => directory({ a: special(FileType.characterDevice, 1, minor) });
    expect(await uuidOf(device(3))).not.toBe(await uuidOf(device(5)));
  });

  it("keeps the root's nid below 65536 behind a megabyte of shared xattrs", async () => {
    const entries: Record<string, TreeNode> = {};
    for (let i = 0; i < 60; i++) {
      const xattrs = [xattr(`user.large${i}`, String(i).padEnd(60_000, "v"))];
      for (let k = 0; k < 3; k++) entries[`f${i}-${k}`] = file(noise(1, 1), { xattrs });
    }
    const root = directory(entries);
    const image = openSync(memorySource(await build(root)));
    expect(image.superblock.rootNid).toBeLessThan(65536);
    expect(differences(image, root)).toEqual([]);
  });

  it("gives an inode with xattrs of many blocks its place", async () => {
    const xattrs = Array.from({ length: 4 }, (_, i) => xattr(`user.${i}`, "v".repeat(65_000)));
    const root = directory({
      a: file(noise(100, 1), { xattrs }),
      l: symlink("t"),
      z: directory({}, { xattrs }),
    });
    const image = openSync(memorySource(await build(root, { xattrTolerance: 10 })));
    expect(differences(image, root)).toEqual([]);
  });

  it.each<[string, BuildOptions, RegExp]>([
    ["a block size that is no power of two", { blockSize: 5000 }, /block size 5000/],
    ["a pcluster size that is no multiple", { pclusterSize: 5000 }, /pcluster size 5000/],
    ["a pcluster size above 1 MiB", { pclusterSize: 2 << 20 }, /pcluster size 2097152/],
    [
      "LZ4 clusters of more than 256 blocks",
      { blockSize: 512, pclusterSize: 262144, compressor: naiveLz4 },
      /at most 131072 with blocks of 512 and naive/,
    ],
    ["a label of 17 bytes", { volumeName: "x".repeat(17) }, /label of 17 bytes/],
    ["a UUID of 15 bytes", { uuid: new Uint8Array(15) }, /UUID of 15 bytes/],
  ])("refuses %s", async (_, options, message) => {
    await expect(build(directory({}), options)).rejects.toThrow(message);
  });

  it.each<[string, Xattr[], RegExp]>([
    ["a long value", [xattr("user.a", "v".repeat(65536))], /^d\/f: xattr user\.a .* 65536 of value/],
    ["a long name", [xattr(`user.${"n".repeat(256)}`, "v")], /^d\/f: xattr user\.n+ has 256 bytes of name/],
    [
      "too much in all",
      Array.from({ length: 5 }, (_, i) => xattr(`user.${i}`, "v".repeat(60_000))),
      /^d\/f: 300052 bytes of xattrs, expected at most 262148$/,
    ],
  ])("names the path of xattrs that do not fit: %s", async (_, xattrs, message) => {
    const root = directory({ d: directory({ f: file(noise(1, 1), { xattrs }) }) });
    await expect(build(root)).rejects.toThrow(message);
    await expect(build(root)).rejects.toMatchObject({ path: "d/f" });
  });

  it("names a compressor that breaks its contract", async () => {
    const liar: Compressor = {
      ...naiveLz4,
      name: "liar",
      createEncoder: () => ({ encode: (input) => ({ consumed: input.length + 1, produced: 5 }) }),
    };
    await expect(build(directory({ a: file(runs(9000, 1)) }), { compressor: liar })).rejects.toThrow(
      /compressor liar breaks its contract/,
    );
  });

  it("refuses an image of more blocks than have numbers before it reads any data for it", async () => {
    const size = Number.MAX_SAFE_INTEGER;
    const content = { kind: "file", directory: "/x", name: "y", mtime: 0, mtimeNsec: 0 } as const;
    const options = { blockSize: 512 };
    const files = {
      open: (): never => {
        throw new Error("opened");
      },
    };
    const root = directory({ a: Object.assign(file(new Uint8Array(0)), { size, content }) });
    await expect(
      buildImage(root, new MemorySink(), options, await inProcess(options, { files })),
    ).rejects.toMatchObject({ code: "EFBIG" });
  });

  it("stops when the signal says so", async () => {
    const signal = AbortSignal.abort();
    await expect(build(directory({ a: file(runs(9000, 1)) }), { signal })).rejects.toMatchObject({
      code: "EINTR",
    });
  });
});
