import {
  type CompressedExtent,
  DataLayout,
  encodeCompactIndex,
  encodeFullIndex,
  encodeMapHeader,
  FeatureIncompat,
  indexAdvise,
  LclusterType,
  MapAdvise,
} from "@erofs/format";
import { checkSync, memorySource, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { HandImage, lz4Run, pcluster } from "../support/hand-image.ts";
import { prose, seededRandom } from "../support/random.ts";

interface Made {
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
}

/** A file of random extents: runs of one byte in clusters of one to four blocks, plain ones between. */
function randomFile(
  layout: DataLayout,
  blockSizeBits: number,
  lclusterBits: number,
  big: boolean,
  seed: number,
): Made {
  const random = seededRandom(seed);
  const image = new HandImage(blockSizeBits);
  const { blockSize } = image;
  const lclusterSize = 2 ** lclusterBits;
  const extents: CompressedExtent[] = [];
  const parts: Uint8Array[] = [];
  let logical = 0;
  for (let i = 0; i < 150; i++) {
    const plain = random() < 0.2;
    // At most one extent begins in an lcluster, and counts need one of their own.
    const least = (Math.floor(logical / lclusterSize) + (big ? 2 : 1)) * lclusterSize - logical;
    const length =
      plain && least <= blockSize ? least : least + Math.floor(random() ** 3 * 40 * lclusterSize);
    const asPlain = plain && length <= blockSize;
    const content = asPlain ? prose(length, i) : new Uint8Array(length).fill(1 + (i % 250));
    const stored = asPlain ? padded(content, blockSize) : pcluster(lz4Run(1 + (i % 250), length), blockSize);
    const blocks = stored.length / blockSize;
    if (blocks > 1 && !big) break;
    extents.push({
      logical,
      block: image.data(stored),
      blocks,
      type: asPlain ? LclusterType.plain : LclusterType.head1,
    });
    parts.push(content);
    logical += length;
  }
  const plan = { fileSize: logical, blockSizeBits: lclusterBits, bigPcluster: big, algorithm: 0 };
  const advise =
    (indexAdvise(layout, plan) & ~MapAdvise.compacted2B) |
    (layout === DataLayout.compressedCompact && lclusterBits <= 12 ? MapAdvise.compacted2B : 0) |
    (layout === DataLayout.compressedFull && big ? MapAdvise.bigPcluster2 : 0);
  const nid = image.reserve(20_000);
  const index =
    layout === DataLayout.compressedFull
      ? encodeFullIndex(extents, plan)
      : encodeCompactIndex(extents, plan, (nid * 32 + 72) % 32);
  const header = encodeMapHeader({ advise, algorithm1: 0, lclusterBits: lclusterBits - blockSizeBits });
  image.inode(
    { mode: 0o100644, size: logical, layout },
    { nid, align: 8, body: Buffer.concat([header, index]) },
  );
  const root = image.directory([["file", nid, 1]]);
  const bigFields = big
    ? { featureIncompat: FeatureIncompat.lz4ZeroPadding | FeatureIncompat.comprCfgs, availableAlgorithms: 1 }
    : {};
  const lz4Config = Buffer.from("0e00ffff0400" + "00".repeat(10), "hex");
  const bytes = image.build({ rootNid: root, ...bigFields }, big ? { 1152: lz4Config } : {});
  return { bytes, content: Buffer.concat(parts) };
}

function padded(content: Uint8Array, blockSize: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(content.length / blockSize) * blockSize);
  bytes.set(content);
  return bytes;
}

const { compressedFull: full, compressedCompact: compact } = DataLayout;

describe.each([
  ["full", full, 12, 12],
  ["full", full, 9, 9],
  ["full", full, 9, 15],
  ["full", full, 12, 16],
  ["compact", compact, 12, 12],
  ["compact", compact, 9, 9],
  ["compact", compact, 9, 12],
  ["compact", compact, 12, 14],
] as const)(
  "%s indexes (layout %i), block size bits %i, lcluster bits %i",
  (_name, layout, blockBits, lclusterBits) => {
    it.each([false, true])("are read in any order, big pclusters: %s", (big) => {
      for (let seed = 0; seed < 4; seed++) {
        const { bytes, content } = randomFile(layout, blockBits, lclusterBits, big, seed);
        const image = openSync(memorySource(bytes));
        const node = image.lookup("file");
        expect(Buffer.compare(image.read(node), content)).toBe(0);
        const random = seededRandom(seed);
        const fresh = openSync(memorySource(bytes), { clusterBytes: 4096 });
        for (let i = 0; i < 50; i++) {
          const offset = Math.floor(random() * content.length);
          const part = fresh.read(node, offset, 3000);
          expect(Buffer.compare(part, content.subarray(offset, offset + 3000))).toBe(0);
        }
        expect(checkSync(memorySource(bytes)).faults).toEqual([]);
      }
    });
  },
);

/** A file whose index is given whole. */
function fileWith(
  size: number,
  header: Uint8Array,
  index: Uint8Array,
  blocks: Uint8Array,
  layout: DataLayout = full,
) {
  const image = new HandImage();
  const block = image.data(blocks);
  const patched = Buffer.from(index);
  // Entries tell block 0; the data's place is only known here.
  for (let at = 8; at + 8 <= patched.length; at += 8) {
    if ((patched.readUInt16LE(at) & 3) !== 2)
      patched.writeUInt32LE(patched.readUInt32LE(at + 4) + block, at + 4);
  }
  const nid = image.inode(
    { mode: 0o100644, size, layout },
    { align: 8, body: Buffer.concat([header, patched]) },
  );
  const root = image.directory([["file", nid, 1]]);
  return openSync(memorySource(image.build({ rootNid: root })));
}

function entry(type: number, clusterOffset: number, low: number, high = 0): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(type, 0);
  bytes.writeUInt16LE(clusterOffset, 2);
  bytes.writeUInt16LE(low, 4);
  bytes.writeUInt16LE(high, 6);
  return bytes;
}

const reserved = Buffer.alloc(8);

describe("single indexes", () => {
  it("interlaced plain blocks are turned back", () => {
    // The second extent begins at 5000, and its block holds file offset X at X mod 4096.
    const content = Buffer.concat([Buffer.alloc(5000, 7), prose(4096, 1)]);
    const turned = new Uint8Array(4096);
    for (let x = 5000; x < content.length; x++) turned[x % 4096] = content[x] as number;
    const entries = [entry(1, 0, 0), entry(0, 904, 1), entry(0, 904, 0)];
    const header = encodeMapHeader({ advise: MapAdvise.interlacedPcluster, algorithm1: 0 });
    const blocks = Buffer.concat([pcluster(lz4Run(7, 5000), 4096), turned]);
    const image = fileWith(content.length, header, Buffer.concat([reserved, ...entries]), blocks);
    const node = image.lookup("file");
    expect(image.extents(node).map(({ kind, length }) => [kind, length])).toEqual([
      ["compressed", 5000],
      ["interlaced", 4096],
    ]);
    expect(Buffer.compare(image.read(node), content)).toBe(0);
    expect(Buffer.compare(image.read(node, 8000, 500), content.subarray(8000, 8500))).toBe(0);
  });

  it("damaged extents leave the others readable", () => {
    const entries = [entry(1, 0, 0), entry(0, 10, 1), entry(2, 0, 1, 1), entry(1, 0, 0)];
    const header = encodeMapHeader({ advise: 0, algorithm1: 0 });
    const image = fileWith(
      4 * 4096,
      header,
      Buffer.concat([reserved, ...entries]),
      pcluster(lz4Run(7, 4106), 4096),
    );
    const node = image.lookup("file");
    expect(image.read(node, 0, 4106)).toEqual(new Uint8Array(4106).fill(7));
    expect(() => image.read(node, 4106, 1)).toThrow(
      "plain extent of 8182 bytes at 4106 in a cluster of 4096",
    );
  });

  it.each([
    ["begin with no head", [entry(2, 0, 1, 1), entry(1, 0, 0)]],
    ["begin inside the file", [entry(1, 5, 0), entry(2, 0, 1, 1)]],
    ["lead back too far", [entry(1, 0, 0), entry(2, 0, 2, 1)]],
    ["lead nowhere", [entry(1, 0, 0), entry(2, 0, 0, 1)]],
    ["point beside their lcluster", [entry(1, 4096, 0), entry(2, 0, 1, 1)]],
    ["count blocks that the image does not allow", [entry(1, 0, 0), entry(2, 0, 0x801, 1)]],
    ["point behind the image", [entry(1, 0, 0, 0x7fff), entry(2, 0, 1, 1)]],
    ["store too little for plain bytes", [entry(0, 0, 0), entry(2, 0, 1, 1)]],
  ])("that %s are refused", (_what, entries) => {
    const header = encodeMapHeader({ advise: 0, algorithm1: 0 });
    const image = fileWith(
      8000,
      header,
      Buffer.concat([reserved, ...entries]),
      pcluster(lz4Run(1, 8000), 4096),
    );
    expect(() => image.read(image.lookup("file"))).toThrow(expect.objectContaining({ code: "EUCLEAN" }));
  });

  it("that claim more entries than the image holds are refused", () => {
    const header = encodeMapHeader({ advise: 0, algorithm1: 0 });
    for (const layout of [full, compact]) {
      const image = fileWith(2 ** 50, header, reserved, lz4Run(1, 8000), layout);
      for (const action of [
        () => image.extents(image.lookup("file")),
        () => image.read(image.lookup("file"), 0, 1),
      ]) {
        expect(action).toThrow(expect.objectContaining({ code: "EUCLEAN" }));
      }
    }
  });
});
