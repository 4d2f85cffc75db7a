import { deflateRawSync } from "node:zlib";
import {
  DataLayout,
  encodeCompressionConfigs,
  encodeDeflateConfig,
  encodeFullIndex,
  encodeLz4Config,
  encodeLzmaConfig,
  encodeMapHeader,
  encodeZstdConfig,
  FeatureIncompat,
  LclusterType,
} from "@erofs/format";
import { blobSource, checkSync, memorySource, open, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { HandImage, pcluster } from "../support/hand-image.ts";

const SIZE = 9000;
const content = Uint8Array.from(Buffer.from("EROFS ".repeat(SIZE / 6)));

/** The content as a stream of each algorithm, by id; LZMA and Zstandard as their libraries write it. */
const streams = [
  // The 6 letters, a match 6 back of 8984 bytes, and the last 10 as literals.
  lz4Stream(),
  fromHex(
    "a222948600acbdbc665f9bb614f7ba175ad014c24c8c7b54f3bc7886f690b1da09193d1cfdd9e2ddadf4f9ca55ce49d200",
  ),
  Uint8Array.from(deflateRawSync(content)),
  fromHex("28b52ffd6028227500003045524f46532001001f237c2902"),
];
/** A byte of each that cannot be otherwise: of an offset, the state, a code, the magic number. */
const weak = [8, 3, 3, 1];
const names = ["lz4", "lzma", "deflate", "zstd"];

const configs = new Map([
  [0, encodeLz4Config({ maxDistance: 65_535, maxPclusterBlocks: 1 })],
  [1, encodeLzmaConfig({ dictSize: 32_768 })],
  [2, encodeDeflateConfig({ windowBits: 15 })],
  [3, encodeZstdConfig({ windowBits: 15 })],
]);

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function lz4Stream(): Uint8Array {
  const more = SIZE - 6 - 10 - 4 - 15;
  const lengths = Array.from<number>({ length: Math.floor(more / 255) }).fill(255);
  const head = [0x6f, ...content.subarray(0, 6), 6, 0, ...lengths, more % 255];
  return Uint8Array.from([...head, 0xa0, ...content.subarray(SIZE - 10)]);
}

interface Cluster {
  readonly stream: Uint8Array;
  readonly type: number;
  readonly length: number;
  readonly partial?: boolean;
}

/** One file of these clusters, behind each other; HEAD1 and HEAD2 stand for two algorithms. */
function imageOf(
  clusters: readonly Cluster[],
  algorithm1: number,
  algorithm2 = 0,
  announced: ReadonlyMap<number, Uint8Array> = configs,
): Uint8Array {
  const image = new HandImage();
  let logical = 0;
  const extents = clusters.map(({ stream, type, length, partial = false }) => {
    const extent = { logical, block: image.data(pcluster(stream, 4096)), blocks: 1, type, partial };
    logical += length;
    return extent;
  });
  const plan = { fileSize: logical, blockSizeBits: 12, bigPcluster: false, algorithm: algorithm1 };
  const file = image.inode(
    { mode: 0o100644, size: logical, layout: DataLayout.compressedFull, blockCount: clusters.length },
    {
      body: Buffer.concat([
        encodeMapHeader({ advise: 0, algorithm1, algorithm2 }),
        encodeFullIndex(extents, plan),
      ]),
      align: 8,
    },
  );
  const root = image.directory([["file", file, 1]]);
  return image.build(
    {
      rootNid: root,
      inodeCount: 2,
      featureIncompat:
        FeatureIncompat.lz4ZeroPadding |
        FeatureIncompat.comprCfgs |
        FeatureIncompat.deviceTable |
        FeatureIncompat.fragments,
      availableAlgorithms: [...announced.keys()].reduce((mask, id) => mask | (1 << id), 0),
    },
    { 1152: encodeCompressionConfigs(announced) },
  );
}

const whole = (id: number, type: number = LclusterType.head1): Cluster => ({
  stream: streams[id]!,
  type,
  length: SIZE,
});

/** What is wrong with the image, which both drivers shall read alike, if anything. */
async function faultsOf(bytes: Uint8Array, expected: Uint8Array): Promise<unknown[]> {
  const image = openSync(memorySource(bytes));
  expect(Buffer.compare(image.read(image.lookup("file")), expected)).toBe(0);
  const later = await open(blobSource(new Blob([bytes as BlobPart])));
  expect(Buffer.compare(await later.read(await later.lookup("file")), expected)).toBe(0);
  return [...checkSync(memorySource(bytes)).faults];
}

describe.each(names.map((name, id) => ({ name, id })))("$name", ({ id }) => {
  it("is decoded, whole and in part", async () => {
    expect(streams[id]!.length).toBeLessThan(200);
    expect(await faultsOf(imageOf([whole(id)], id), content)).toEqual([]);
    const part = { ...whole(id), length: 5000, partial: true };
    expect(await faultsOf(imageOf([part], id), content.subarray(0, 5000))).toEqual([]);
  });

  it("is corrupt where a stream is cut, damaged, too long or too short", () => {
    const { stream } = whole(id);
    const broken: Cluster[] = [
      { ...whole(id), stream: stream.subarray(0, -3) },
      { ...whole(id), stream: stream.with(weak[id]!, stream[weak[id]!]! ^ 0x55) },
      { ...whole(id), length: SIZE + 1 },
      { ...whole(id), length: SIZE - 1 },
      { ...whole(id), length: SIZE + 1, partial: true },
      { ...whole(id), stream: new Uint8Array(1) },
    ];
    for (const cluster of broken) {
      const image = openSync(memorySource(imageOf([cluster], id)));
      expect(() => image.read(image.lookup("file"))).toThrow(
        expect.objectContaining({ code: "EUCLEAN", message: expect.stringContaining("does not decode") }),
      );
    }
  });

  it("is corrupt where the superblock does not announce it", () => {
    const others = new Map([...configs].filter(([each]) => each !== id));
    const image = openSync(memorySource(imageOf([whole(id)], id, 0, others)));
    expect(() => image.read(image.lookup("file"))).toThrow("which the superblock does not announce");
  });
});

describe("a limit that the superblock's record sets", () => {
  /** 4999 times "a", "b", and then 3 bytes from 5000 back. */
  const farLzma = {
    stream: fromHex("a230dff41bffefffa901167491cfd07bf6912835f00ba84447c1ec152c631c23e9b20000"),
    length: 5003,
  };
  const records = (dictSize: number, windowBits: number) =>
    new Map([
      [1, encodeLzmaConfig({ dictSize })],
      [3, encodeZstdConfig({ windowBits })],
    ]);
  const messages = (bytes: Uint8Array) => checkSync(memorySource(bytes)).faults.map(({ message }) => message);

  it("of LZMA: how far back a match may be", () => {
    const image = (dictSize: number) => imageOf([{ ...whole(1), ...farLzma }], 1, 0, records(dictSize, 10));
    expect(messages(image(8192))).toEqual([]);
    expect(messages(image(5000))).toEqual([]);
    expect(messages(image(4999))).toEqual([expect.stringContaining("does not decode")]);
  });

  it("of Zstandard: how much a frame needs", () => {
    // The frame is one segment of 9000 bytes, which the memory for a window of 8 KiB is enough for.
    const image = (windowBits: number) => imageOf([whole(3)], 3, 0, records(4096, windowBits));
    expect(messages(image(13))).toEqual([]);
    expect(messages(image(12))).toEqual([expect.stringContaining("does not decode")]);
  });

  it("that Linux refuses to mount with is a fault, and so is content by it", () => {
    const bytes = imageOf([whole(1)], 1, 0, records(4096, 10));
    const image = bytes.with(1152 + 2 + 1, 8);
    expect(openSync(memorySource(image), { verifyChecksum: false }).lookup("file").size).toBe(SIZE);
    const { faults } = checkSync(memorySource(image));
    expect(faults.map(({ code }) => code)).toEqual(["superblock", "superblock", "data"]);
    expect(faults.at(-1)!.message).toBe("LZMA dictionary size 2048, expected 4096 to 8388608");
  });
});

it("two algorithms in one file", async () => {
  const clusters = [whole(1), whole(2, LclusterType.head2), whole(1), whole(2, LclusterType.head2)];
  const expected = Buffer.concat([content, content, content, content]);
  expect(await faultsOf(imageOf(clusters, 1, 2), expected)).toEqual([]);
});
