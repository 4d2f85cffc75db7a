import { createHash } from "node:crypto";
import { ChunkFormat, DataLayout, FeatureIncompat } from "@erofs/format";
import { type ExtentInfo, memorySource, openSync, type SyncImage } from "@erofs/reader";
import type { TreeNode } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import {
  BlobSink,
  buildImage,
  type BuildOptions,
  type ChunkDictionary,
  inProcess,
  MemorySink,
} from "../src/index.ts";
import { naiveLz4 } from "./naive-lz4.ts";
import { directory, file, noise, runs } from "./trees.ts";

interface Built {
  readonly bytes: Uint8Array;
  readonly blob: Uint8Array;
}

/** Builds with chunks of `size`, in a blob of their own where `withBlob` says so. */
async function build(
  root: TreeNode,
  {
    size,
    withBlob,
    dictionary,
    ...options
  }: BuildOptions & {
    size: number;
    withBlob?: boolean;
    dictionary?: ChunkDictionary;
  },
): Promise<Built> {
  const sink = new MemorySink();
  const blobSink = new MemorySink();
  const blob = withBlob ? new BlobSink(blobSink) : undefined;
  const all = { ...options, chunks: { size, blob, dictionary } };
  await buildImage(root, sink, all, await inProcess(all));
  return { bytes: sink.image, blob: blobSink.image };
}

function read(image: SyncImage, path: string): Buffer {
  return Buffer.from(image.read(image.lookup(path)));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const random = noise(1 << 20, 1);
const shared = random.subarray(0, 65536);
const withZeros = new Uint8Array(100_000);
withZeros.set(random.subarray(0, 10), 70_000);

const contents: Record<string, Uint8Array> = {
  // Twice the same chunk, and the end of the file is like the beginning of another one.
  a: Buffer.concat([shared, shared, random.subarray(100_000, 100_010)]),
  b: Buffer.concat([random.subarray(100_000, 100_010)]),
  c: Buffer.concat([random.subarray(200_000, 200_000 + 32_768), shared]),
  zeros: new Uint8Array(300_000),
  "with zeros": withZeros,
};
const root = directory({
  ...Object.fromEntries(Object.entries(contents).map(([name, bytes]) => [name, file(bytes)])),
  empty: file(new Uint8Array(0)),
});

/** The files that read otherwise than expected. */
function wrong(image: SyncImage, expected: Record<string, Uint8Array> = contents): string[] {
  return Object.keys(expected).filter((path) => Buffer.compare(read(image, path), expected[path]!) !== 0);
}

describe("files of chunks", () => {
  it("have equal chunks once and those of zeros not at all", async () => {
    const { bytes } = await build(root, { size: 32_768 });
    const image = openSync(memorySource(bytes));
    expect(wrong(image)).toEqual([]);
    const layouts = Object.keys(contents).map((path) => image.lookup(path).layout);
    expect(new Set(layouts)).toEqual(new Set([DataLayout.chunkBased]));
    expect(image.lookup("empty").layout).toBe(DataLayout.flatPlain);
    // Block 0, two chunks of the shared bytes, one of c, one of "with zeros", and the ten bytes of a and b.
    expect(bytes.length).toBe((1 + 4 * 8 + 1) * 4096);
    const placeOf = (path: string, offset: number) => {
      const [{ logical, physical }] = image.extents(image.lookup(path), offset, 1) as [ExtentInfo];
      return physical!.offset + offset - logical;
    };
    expect(placeOf("a", 131_072)).toBe(placeOf("b", 0));
    expect(image.extents(image.lookup("zeros"))).toMatchObject([{ kind: "hole", length: 300_000 }]);
    expect(image.dataRanges(image.lookup("with zeros"))).toEqual([{ offset: 65_536, length: 32_768 }]);
  });

  it("have one entry where all chunks stand side by side, as many as needed where not", async () => {
    const whole = noise(8 * 4096 + 5, 9);
    const cut = whole.slice();
    cut.set(noise(4096, 10), 4 * 4096);
    const tree = directory({ a: file(whole), b: file(cut) });
    const image = openSync(memorySource((await build(tree, { size: 4096 })).bytes));
    expect(wrong(image, { a: whole, b: cut })).toEqual([]);
    expect(image.lookup("a").chunkFormat).toBe(4);
    // Chunks 0 to 3 and 5 to 8 are those of a.
    expect(image.lookup("b").chunkFormat).toBe(0);
    expect(image.extents(image.lookup("b"))).toHaveLength(3);
  });

  it.each([
    [512, 512],
    [512, 1 << 20],
    [4096, 4096],
    [16_384, 65_536],
    [65_536, 1 << 20],
  ])("are read back with blocks of %i bytes and chunks of %i", async (blockSize, size) => {
    for (const chunkEntries of ["block-map", "indexes"] as const) {
      const { bytes } = await build(root, { blockSize, size, chunkEntries });
      const image = openSync(memorySource(bytes));
      expect(wrong(image)).toEqual([]);
      const flags = image.lookup("a").chunkFormat & ChunkFormat.indexes;
      expect(flags).toBe(chunkEntries === "indexes" ? ChunkFormat.indexes : 0);
      expect(image.superblock.extraDevices).toBe(0);
    }
  });

  it("stand beside compressed ones: what is not to be compressed", async () => {
    const text = runs(100_000, 3);
    const tree = directory({ text: file(text), stored: file(text), tiny: file(runs(100, 4)) });
    const options: BuildOptions = {
      compressor: naiveLz4,
      compressionOf: (path) => (path === "stored" ? "none" : undefined),
    };
    const image = openSync(memorySource((await build(tree, { ...options, size: 4096 })).bytes));
    expect(wrong(image, { text, stored: text })).toEqual([]);
    expect(["text", "stored", "tiny"].map((path) => image.lookup(path).layout)).toEqual([
      DataLayout.compressedCompact,
      DataLayout.chunkBased,
      DataLayout.chunkBased,
    ]);
  });

  it("are on a device of their own, which is named for its digest", async () => {
    const { bytes, blob } = await build(root, { size: 32_768, withBlob: true });
    const image = openSync(memorySource(bytes), { devices: [memorySource(blob)] });
    expect(wrong(image)).toEqual([]);
    expect(bytes.length).toBe(4096);
    expect(image.deviceSlots).toEqual([
      { tag: sha256(blob), blockCount: blob.length / 4096, unifiedBlock: bytes.length / 4096 },
    ]);
    expect(image.superblock.featureIncompat).toBe(FeatureIncompat.chunkedFile | FeatureIncompat.deviceTable);
    expect(wrong(openSync(memorySource(Buffer.concat([bytes, blob]))))).toEqual([]);
  });

  it("may all be holes: the blob is empty then", async () => {
    const tree = directory({ zeros: file(new Uint8Array(50_000)) });
    const { bytes, blob } = await build(tree, { size: 4096, withBlob: true });
    expect(blob.length).toBe(0);
    const image = openSync(memorySource(bytes), { devices: [memorySource(blob)] });
    expect(wrong(image, { zeros: new Uint8Array(50_000) })).toEqual([]);
    expect(image.deviceSlots).toMatchObject([{ blockCount: 0 }]);
  });

  it.each([
    [{ size: 3000 }, /chunk size 3000: expected a power of two from the block size 4096/],
    [{ size: 2048 }, /chunk size 2048/],
    [{ size: 1 << 27 }, /chunk size 134217728/],
    [{ size: 4096, withBlob: true, chunkEntries: "block-map" }, /block maps cannot name the devices/],
  ] as const)("are refused with options that make no sense: %o", async (options, message) => {
    await expect(build(root, options)).rejects.toThrow(message);
  });
});

describe("a chunk dictionary", () => {
  /** Devices with the chunks that stand at these blocks. */
  function dictionaryOf(devices: readonly { bytes: Uint8Array; tag: string }[], chunks: number[][]) {
    const columns = (i: number) => chunks.map((chunk) => chunk[i]!);
    return {
      devices: devices.map(({ bytes, tag }) => ({
        tag,
        blockCount: bytes.length / 4096,
        size: bytes.length,
        content: { kind: "memory" as const, bytes },
      })),
      blockSize: 4096,
      chunkDevices: Uint16Array.from(columns(0)),
      chunkBlocks: Uint32Array.from(columns(1)),
      chunkLengths: Uint32Array.from(columns(2)),
    };
  }
  const first = { bytes: random.subarray(0, 16 * 4096), tag: "first" };
  const unused = { bytes: noise(4096, 77), tag: "unused" };
  const last = { bytes: noise(4 * 4096, 78), tag: "" };
  const dictionary = dictionaryOf(
    [first, unused, last],
    [
      [0, 0, 32_768],
      [0, 8, 32_768],
      [1, 0, 4096],
      [2, 1, 10],
    ],
  );
  const more: Record<string, Uint8Array> = { ...contents, end: last.bytes.subarray(4096, 4106) };
  const tree = directory(Object.fromEntries(Object.entries(more).map(([name, b]) => [name, file(b)])));

  it("leaves chunks where they are, and names the devices that are needed", async () => {
    const { bytes, blob } = await build(tree, { size: 32_768, withBlob: true, dictionary });
    const devices = [blob, first.bytes, last.bytes].map(memorySource);
    const image = openSync(memorySource(bytes), { devices });
    expect(wrong(image, more)).toEqual([]);
    expect(image.deviceSlots.map(({ tag }) => tag)).toEqual([sha256(blob), "first", sha256(last.bytes)]);
    expect(image.deviceSlots.map(({ unifiedBlock }) => unifiedBlock)).toEqual([1, 18, 34]);
    // What a and c have in common with the first device is not in the blob.
    expect(blob.length).toBe(17 * 4096);
    expect(image.extents(image.lookup("a")).map(({ physical }) => physical!.device)).toEqual([2, 2, 1]);
  });

  it("leaves what is new in the image where there is no blob", async () => {
    const { bytes } = await build(tree, { size: 32_768, dictionary });
    const devices = [first.bytes, last.bytes].map(memorySource);
    expect(wrong(openSync(memorySource(bytes), { devices }), more)).toEqual([]);
  });

  it("has room for a table of more devices than fit a block", async () => {
    const pieces = Array.from({ length: 100 }, (_, i) => noise(4096, 2 * i + 1001));
    const many = dictionaryOf(
      pieces.map((bytes, i) => ({ bytes, tag: `device ${i}` })),
      pieces.map((_, i) => [i, 0, 4096]),
    );
    const all = Buffer.concat(pieces);
    const { bytes } = await build(directory({ all: file(all) }), { size: 4096, dictionary: many });
    const image = openSync(memorySource(bytes), { devices: pieces.map((each) => memorySource(each)) });
    expect(wrong(image, { all })).toEqual([]);
    expect(image.deviceSlots.at(-1)?.tag).toBe("device 99");
  });

  it("must have blocks of the same size", async () => {
    await expect(build(tree, { blockSize: 512, size: 32_768, dictionary })).rejects.toThrow(
      /chunk dictionary of an image with blocks of 4096 bytes, expected 512/,
    );
  });

  it("ends the build where a device is shorter than its chunks", async () => {
    const broken = dictionaryOf([first], [[0, 15, 8192]]);
    await expect(build(tree, { size: 32_768, dictionary: broken })).rejects.toThrow(
      /a chunk at 61440, 8192 bytes, lies beyond the end of first, 65536 bytes/,
    );
  });
});
