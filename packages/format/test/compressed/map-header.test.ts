import { describe, expect, test } from "vitest";
import {
  algorithmOf,
  checkMapHeader,
  createSuperblock,
  CorruptImage,
  DataLayout,
  decodeMapHeader,
  encodeMapHeader,
  FeatureIncompat,
  hasEncodedExtents,
  indexAdvise,
  LclusterType,
  MapAdvise,
  mapHeaderOffset,
  UnsupportedFeature,
} from "../../src/index.ts";
import { bytesOfHex, hexOf } from "../hex.ts";

const none = {
  wholeFileFragment: false,
  fragmentOffset: 0,
  inlineSize: 0,
  advise: 0,
  algorithm1: 0,
  algorithm2: 0,
  lclusterBits: 0,
  extentCount: 0,
};

test.each([
  ["compact index", "0000 0000 0100 00 00", { advise: 1 }],
  ["compact index of big pclusters", "0000 0000 0700 00 00", { advise: 7 }],
  ["inline tail", "0000 8403 0800 10 00", { advise: 8, inlineSize: 900, algorithm2: 1 }],
  ["fragment tail", "7856 3412 2000 02 00", { advise: 0x20, fragmentOffset: 0x12345678, algorithm1: 2 }],
  ["fragment wins over inline", "7856 3412 2800 00 00", { advise: 0x28, fragmentOffset: 0x12345678 }],
])("%s comes back", (_, hex, fields) => {
  const { extentCount, ...header } = decodeMapHeader(bytesOfHex(hex));
  expect(header).toEqual({ ...header, ...fields });
  expect(extentCount).toBeGreaterThanOrEqual(0);
  expect(hexOf(encodeMapHeader(header))).toBe(hexOf(bytesOfHex(hex)));
});

test("a whole file in the packed inode", () => {
  const hex = "78563412 0100 0080";
  const header = decodeMapHeader(bytesOfHex(hex));
  expect(header).toMatchObject({ wholeFileFragment: true, fragmentOffset: 0x1_1234_5678 });
  expect(hexOf(encodeMapHeader(header))).toBe(hexOf(bytesOfHex(hex)));
  expect(() => decodeMapHeader(bytesOfHex("00000000 000000ff"))).toThrow(CorruptImage);
});

test("encoded extents", () => {
  const header = decodeMapHeader(bytesOfHex("0300 0000 0500 0000"));
  expect(header.extentCount).toBe(3);
  expect(hasEncodedExtents(header, DataLayout.compressedFull)).toBe(true);
  expect(hasEncodedExtents(header, DataLayout.compressedCompact)).toBe(false);
  expect(decodeMapHeader(bytesOfHex("0000 0000 0500 0100")).extentCount).toBe(2 ** 32);
});

test("a header is 8-aligned", () => {
  expect([0x560, 0x561, 0x568].map(mapHeaderOffset)).toEqual([0x560, 0x568, 0x568]);
});

test.each([
  [DataLayout.compressedCompact, 12, false, 1],
  [DataLayout.compressedCompact, 12, true, 7],
  [DataLayout.compressedCompact, 13, true, 6],
  [DataLayout.compressedFull, 16, true, 6],
  [DataLayout.compressedFull, 16, false, 0],
])(
  "advise bits of an encoded index: layout %i, %i bits, big %s",
  (layout, blockSizeBits, bigPcluster, advise) => {
    expect(indexAdvise(layout, { blockSizeBits, bigPcluster })).toBe(advise);
  },
);

test("the algorithm of each type", () => {
  const header = { algorithm1: 2, algorithm2: 3 };
  expect(
    [LclusterType.plain, LclusterType.head1, LclusterType.head2].map((type) => algorithmOf(header, type)),
  ).toEqual([undefined, 2, 3]);
});

describe("a header is checked", () => {
  const old = createSuperblock({});
  const superblock = createSuperblock({ featureIncompat: FeatureIncompat.comprCfgs });
  const { bigPcluster1, bigPcluster2, compacted2B } = MapAdvise;

  test.each([
    ["big pclusters that the image has not", bigPcluster1, 0, DataLayout.compressedFull, old, CorruptImage],
    ["one bit of two", bigPcluster1, 0, DataLayout.compressedCompact, superblock, CorruptImage],
    ["the other bit of two", bigPcluster2, 0, DataLayout.compressedCompact, superblock, CorruptImage],
    ["lclusters too large", 0, 3, DataLayout.compressedCompact, superblock, UnsupportedFeature],
    [
      "lclusters too large for 2 bytes",
      compacted2B,
      1,
      DataLayout.compressedCompact,
      superblock,
      UnsupportedFeature,
    ],
  ])("%s", (_, advise, lclusterBits, layout, image, kind) => {
    expect(() => checkMapHeader({ ...none, advise, lclusterBits }, layout, image)).toThrow(kind);
  });

  test.each([
    ["a full index with one bit", { advise: bigPcluster1 }, DataLayout.compressedFull, superblock],
    ["a compact index with both", { advise: 7 }, DataLayout.compressedCompact, superblock],
    ["lclusters of 14 bits", { lclusterBits: 2 }, DataLayout.compressedCompact, superblock],
    ["encoded extents, whose bits mean something else", { advise: 5 }, DataLayout.compressedFull, old],
    ["a whole-file fragment", { wholeFileFragment: true, advise: 2 }, DataLayout.compressedFull, old],
  ])("%s is fine", (_, fields, layout, image) => {
    expect(() => checkMapHeader({ ...none, ...fields }, layout, image)).not.toThrow();
  });

  test("for its length", () => {
    expect(() => decodeMapHeader(new Uint8Array(7))).toThrow("7 bytes, expected 8");
  });

  test("for its algorithm when it is encoded", () => {
    expect(() => encodeMapHeader({ advise: 0, algorithm1: 16 })).toThrow("compression algorithms 16 and 0");
  });
});
