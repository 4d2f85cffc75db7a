import type { Compressor } from "@erofs/compressor";
import { DataLayout, FeatureIncompat } from "@erofs/format";
import { checkSync, memorySource, openSync, type SyncImage } from "@erofs/reader";
import { lz4 } from "@erofs/lz4-wasm";
import type { TreeNode } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import { buildImage, type BuildOptions, inProcess, MemorySink } from "../src/index.ts";
import { directory, type Entries, file, noise, runs } from "./trees.ts";

async function build(
  root: TreeNode,
  options: BuildOptions,
): Promise<{ bytes: Uint8Array; image: SyncImage }> {
  const sink = new MemorySink();
  await buildImage(root, sink, options, await inProcess(options));
  return { bytes: sink.image, image: openSync(memorySource(sink.image)) };
}

function many(count: number, nameOf: (i: number) => string): TreeNode {
  const entries: Entries = {};
  const node = file(new Uint8Array(0));
  for (let i = 0; i < count; i++) entries[nameOf(i)] = node;
  return directory(entries);
}

/** One that finds nothing to save. */
const futile: Compressor = {
  ...lz4,
  createEncoder: () => ({ encode: () => ({ consumed: 0, produced: 0 }) }),
};

const large = () => many(20_000, (i) => `entry-${i}`);
const options: BuildOptions = { compressor: lz4, compressDirectories: true };

describe("compressed directories", () => {
  it("puts small ones into the packed inode and gives large ones clusters of their own", async () => {
    const root = directory({ large: large(), small: many(30, String), file: file(runs(20_000, 1)) });
    const { bytes, image } = await build(root, options);
    const kindsOf = (path: string) => [...new Set(image.extents(image.lookup(path)).map(({ kind }) => kind))];
    expect(kindsOf("/")).toEqual(["fragment"]);
    expect(kindsOf("/small")).toEqual(["fragment"]);
    expect(kindsOf("/large")).toContain("compressed");
    expect(image.readdir(image.lookup("/large")).length).toBe(20_002);
    expect(image.superblock.featureIncompat & FeatureIncompat.fragments).not.toBe(0);
    const plain = await build(root, { ...options, compressDirectories: false });
    expect(bytes.length).toBeLessThan(plain.bytes.length * 0.8);
    expect(checkSync(memorySource(bytes)).faults).toEqual([]);
  });

  it("puts all of them there with all files", async () => {
    const { image } = await build(directory({ large: large() }), { ...options, fragments: { all: true } });
    expect(image.extents(image.lookup("/large")).map(({ kind }) => kind)).toEqual(["fragment"]);
  });

  it("compresses a root of many entries, whose nid must be small", async () => {
    const { bytes, image } = await build(large(), options);
    expect(image.superblock.rootNid).toBeLessThan(0x10000);
    expect(image.lookup("/entry-19999").nid).toBe(image.lookup("/entry-0").nid);
    expect(checkSync(memorySource(bytes)).faults).toEqual([]);
  });

  it("keeps flat what does not shrink", async () => {
    const { bytes, image } = await build(directory({ large: large() }), { ...options, compressor: futile });
    const found = image.lookup("/large");
    expect(found.layout).toBe(DataLayout.flatPlain);
    expect(image.readdir(found).length).toBe(20_002);
    expect(image.inode(image.superblock.packedNid).layout).toBe(DataLayout.flatPlain);
    expect(checkSync(memorySource(bytes)).faults).toEqual([]);
  });

  it("looks up a name with a few clusters decoded, not all", async () => {
    const { bytes } = await build(directory({ large: large() }), options);
    let asked = 0;
    const image = openSync({
      size: bytes.length,
      read: (offset, target) => {
        asked += target.length;
        target.set(bytes.subarray(offset, offset + target.length));
      },
      close: () => {},
    });
    image.lookup("/large/entry-12345");
    expect(asked).toBeLessThan(bytes.length / 3);
  });

  it("changes nothing without a compressor", async () => {
    const root = directory({ a: file(noise(10, 1)) });
    const [asked, usual] = [await build(root, { compressDirectories: true }), await build(root, {})];
    expect(asked.bytes).toEqual(usual.bytes);
  });
});

describe("dotOmitted", () => {
  it("leaves the entry out and says so, in the inode and in the superblock", async () => {
    const { bytes, image } = await build(directory({ below: directory({ " ": file(noise(3, 1)) }) }), {
      dotOmitted: true,
    });
    expect(image.superblock.featureIncompat & FeatureIncompat.bit48).not.toBe(0);
    const below = image.lookup("/below");
    expect(below.dotOmitted).toBe(true);
    expect(image.readdir(below).map(({ name }) => name)).toEqual([" ", ".."]);
    expect(image.child(below, ".")?.nid).toBe(below.nid);
    expect(checkSync(memorySource(bytes)).faults).toEqual([]);
  });
});

describe("maxExtentBytes", () => {
  it("bounds what a cluster decodes to", async () => {
    const root = directory({ zeros: file(new Uint8Array(1 << 20)), runs: file(runs(300_000, 3)) });
    const longest = async (limit: Partial<BuildOptions>) => {
      const { image } = await build(root, { compressor: lz4, pclusterSize: 65536, ...limit });
      const all = ["/zeros", "/runs"].flatMap((path) => image.extents(image.lookup(path)));
      return Math.max(...all.map(({ length }) => length));
    };
    expect(await longest({})).toBe(1 << 20);
    expect(await longest({ maxExtentBytes: 100_000 })).toBe(100_000);
  });

  it("is at least a block", async () => {
    await expect(build(directory({}), { maxExtentBytes: 4095 })).rejects.toThrow(/4095 .* at least a block/);
  });
});
