import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BuildError,
  type CompressedExtent,
  DataLayout,
  decodeFullIndex,
  encodeFullIndex,
  fullEntryOffset,
  fullIndexSize,
  indexAdvise,
  type IndexGeometry,
  type IndexPlan,
  LclusterType,
  MapAdvise,
  readFullEntry,
} from "../../src/index.ts";
import { bytesOfHex, hexOf } from "../hex.ts";
import { outcomeOf } from "../outcome.ts";
import { samples } from "./random-extents.ts";

function geometryOf(plan: IndexPlan): IndexGeometry {
  const advise = indexAdvise(DataLayout.compressedFull, plan);
  return { fileSize: plan.fileSize, lclusterBits: plan.blockSizeBits, advise };
}

const plan = { fileSize: 75000, blockSizeBits: 12, bigPcluster: true, algorithm: 0 };
const extents = [
  { logical: 0, block: 24, blocks: 4, type: LclusterType.head1 },
  { logical: 36570, block: 28, blocks: 4, type: LclusterType.head1 },
  { logical: 65181, block: 32, blocks: 2, type: LclusterType.head1 },
];
const hex =
  "0000000000000000 0100 0000 18000000 0200 0000 0408 0700 0200 0000 0200 0600 0200 0000 0300 0500" +
  "0200 0000 0400 0400 0200 0000 0500 0300 0200 0000 0600 0200 0200 0000 0700 0100" +
  "0100 da0e 1c000000 0200 da0e 0408 0600 0200 da0e 0200 0500 0200 da0e 0300 0400" +
  "0200 da0e 0400 0300 0200 da0e 0500 0200 0200 da0e 0600 0100" +
  "0100 9d0e 20000000 0200 9d0e 0208 0200 0200 9d0e 0200 0100 0000 f804 00000000";

test("big pclusters, as mkfs.erofs writes them", () => {
  expect(hexOf(encodeFullIndex(extents, plan))).toBe(hexOf(bytesOfHex(hex)));
  expect(fullIndexSize(plan.fileSize, 12)).toBe(bytesOfHex(hex).length);
  expect(decodeFullIndex(bytesOfHex(hex), { ...geometryOf(plan), advise: MapAdvise.bigPcluster1 })).toEqual(
    extents,
  );
});

describe("what is encoded is decoded", () => {
  const shapes = [9, 12, 14, 15, 16].flatMap((bits) => [
    { bits, bigPcluster: false },
    { bits, bigPcluster: true },
  ]);
  test.each(shapes)("blocks of $bits bits, big pclusters: $bigPcluster", ({ bits, bigPcluster }) => {
    fc.assert(
      fc.property(samples(bits, bigPcluster, true), (sample) => {
        const bytes = encodeFullIndex(sample.extents, sample.plan);
        expect(bytes.length).toBe(fullIndexSize(sample.plan.fileSize, bits));
        expect(decodeFullIndex(bytes, geometryOf(sample.plan))).toEqual(sample.extents);
      }),
      { numRuns: 40 },
    );
  });
});

test("distances above 2047 are told in steps", () => {
  const long = { fileSize: 5000 * 512, blockSizeBits: 9, bigPcluster: false, algorithm: 0 };
  const bytes = encodeFullIndex([{ logical: 0, block: 1, blocks: 1, type: LclusterType.head1 }], long);
  const read = (lcn: number) => readFullEntry(bytes, fullEntryOffset(lcn), lcn, geometryOf(long));
  expect(read(1)).toMatchObject({ delta0: 1, delta1: 2047 });
  expect(read(2048)).toMatchObject({ delta0: 2047, delta1: 2047 });
  expect(read(2953)).toMatchObject({ delta0: 2047, delta1: 2047 });
  expect(read(4999)).toMatchObject({ delta0: 2047, delta1: 1 });
});

test("an extent that reads as zeros is told", () => {
  const bytes = bytesOfHex("0000000000000000 0140 0000 18000000");
  expect(decodeFullIndex(bytes, { fileSize: 4096, lclusterBits: 12, advise: 0 })).toEqual([
    { logical: 0, block: 24, blocks: 1, type: LclusterType.head1, hole: true },
  ]);
});

describe("entries of unusual writers", () => {
  const geometry = { fileSize: 8192, lclusterBits: 12, advise: MapAdvise.bigPcluster1 };
  test("a distance forward of 0 is 1, a count of 0 blocks is 1", () => {
    const bytes = bytesOfHex("0200 0000 0008 0000");
    expect(readFullEntry(bytes, 0, 1, geometry)).toMatchObject({ delta0: 1, delta1: 1, blocks: 1 });
  });

  test("a count does not apply to a type whose pclusters are one block", () => {
    const bytes = bytesOfHex("0000000000000000 0000 0000 18000000 0200 0000 0408 0100");
    expect(decodeFullIndex(bytes, geometry)).toMatchObject([{ type: LclusterType.plain, blocks: 1 }]);
  });

  test("larger lclusters than blocks", () => {
    const bytes = bytesOfHex("0000000000000000 0100 0000 18000000 0100 ff3f 19000000");
    expect(decodeFullIndex(bytes, { fileSize: 32768, lclusterBits: 14, advise: 0 })).toMatchObject([
      { logical: 0, block: 24 },
      { logical: 32767, block: 25 },
    ]);
  });
});

describe("extents that an index cannot hold", () => {
  const head = { logical: 0, block: 10, blocks: 2, type: LclusterType.head1 };
  test.each<[string, CompressedExtent[], Partial<IndexPlan>]>([
    ["does not start at 0", [], {}],
    ["does not start at 0", [{ ...head, logical: 1 }], {}],
    ["one lcluster after the extent before", [head, { ...head, logical: 4095 }], {}],
    [
      "one lcluster after the extent before",
      [head, { ...head, logical: 20000 }, { ...head, logical: 9000 }],
      {},
    ],
    ["a start inside the file", [head, { ...head, logical: 75000 }], {}],
    ["type 2", [{ ...head, type: LclusterType.nonHead }], {}],
    ["block -1 does not fit", [{ ...head, block: -1 }], {}],
    ["block 4294967295 does not fit", [{ ...head, block: 0xffffffff }], {}],
    ["2 blocks, expected 1", [head], { bigPcluster: false }],
    ["0 blocks, expected 1 to 2047", [{ ...head, blocks: 0 }], {}],
    ["2048 blocks, expected 1 to 2047", [{ ...head, blocks: 2048 }], {}],
    ["no lcluster of its own to tell the count", [head, { ...head, logical: 5000 }], {}],
    ["no lcluster of its own to tell the count", [head], { fileSize: 8191 }],
    ["no lcluster of its own to tell the count", [head], { fileSize: 4096 }],
    ["a file of 0 bytes", [head], { fileSize: 0 }],
  ])("%s", (message, wrong, fields) => {
    expect(() => encodeFullIndex(wrong, { ...plan, ...fields })).toThrow(BuildError);
    expect(() => encodeFullIndex(wrong, { ...plan, ...fields })).toThrow(message);
  });

  test("two whole lclusters are room enough", () => {
    const fits = { ...plan, fileSize: 8192 };
    expect(decodeFullIndex(encodeFullIndex([head], fits), geometryOf(fits))).toEqual([head]);
  });
});

describe("damaged indexes", () => {
  function changed(lcn: number, entry: string): Uint8Array {
    const bytes = bytesOfHex(hex);
    bytes.set(bytesOfHex(entry), fullEntryOffset(lcn));
    return bytes;
  }

  test.each([
    ["entry 0 is no head", changed(0, "0200 0000 0100 0100"), "distance 1 to its head, expected 1 to 0"],
    ["entry 0 does not start at 0", changed(0, "0100 0100"), "the file starts at 1"],
    ["offset outside", changed(8, "0100 0010"), "offset 4096 in the lcluster is outside of it"],
    ["distance 0", changed(3, "0200 0000 0000 0100"), "distance 0 to its head, expected 1 to 3"],
    ["distance beyond the file", changed(3, "0200 0000 0400 0100"), "distance 4 to its head"],
    ["distance past the head", changed(10, "0200 0000 0300 0100"), "distance 3 to the head at 8"],
    ["cut off", bytesOfHex(hex).subarray(0, -1), "index entry 18: behind the end of the index"],
  ])("%s", (_, bytes, message) => {
    expect(() => decodeFullIndex(bytes, geometryOf(plan))).toThrow(message);
  });

  test("block count without big pclusters, with its place", () => {
    expect(() =>
      decodeFullIndex(bytesOfHex(hex), { ...geometryOf(plan), advise: 0 }, { nid: 42, offset: 0x560 }),
    ).toThrow(
      "index entry 1 of inode 42, index at offset 0x560: a block count, but the file has no big pclusters",
    );
  });

  test("any damage gives extents or an ErofsError", () => {
    const damage = fc.array(fc.tuple(fc.nat(159), fc.nat(255)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = bytesOfHex(hex);
        for (const [offset, value] of changes) bytes[offset] = value;
        expect(["ok", "EUCLEAN"]).toContain(outcomeOf(() => decodeFullIndex(bytes, geometryOf(plan))));
      }),
      { numRuns: 500 },
    );
  });
});
