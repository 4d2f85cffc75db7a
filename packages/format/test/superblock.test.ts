import { describe, expect, test } from "vitest";
import {
  algorithmsOf,
  CorruptImage,
  createSuperblock,
  decodeSuperblock,
  encodeSuperblock,
  FeatureCompat,
  FeatureIncompat,
  inodeOffset,
  METABOX_NID,
  requireSupported,
  SUPERBLOCK_OFFSET,
  superblockChecksum,
  superblockChecksumRange,
  superblockSize,
  UnsupportedFeature,
} from "../src/index.ts";
import { bytesOfHex, imageOf } from "./hex.ts";

const smallest = imageOf(4096, {
  0x400: "e2e1 f5e0 77f5 3336 0300 0000 0c00 2400 0100 0000 0000 0000 00f1 5365 0000 0000",
  0x420: "0000 0000 0100 0000 0000 0000 0000 0000 0011 2233 4455 6677 8899 aabb ccdd eeff",
  0x480: "0400 0000 ed41 0200 1b00 0000 0000 0000 ffff ffff 0100 0000 0000 0000 0000 0000",
  0x4a0: "2400 0000 0000 0000 1800 0200 2400 0000 0000 0000 1900 0200 2e2e 2e00 0000 0000",
});
const bytes = smallest.subarray(SUPERBLOCK_OFFSET, SUPERBLOCK_OFFSET + 128);

function changed(offset: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, offset);
  return copy;
}

describe("a superblock as mkfs.erofs writes it", () => {
  const superblock = decodeSuperblock(bytes);

  test("is decoded", () => {
    expect(superblock).toEqual(
      createSuperblock({
        checksum: 0x3633f577,
        featureCompat: FeatureCompat.superblockChecksum | FeatureCompat.mtime,
        rootNid: 36,
        inodeCount: 1,
        epoch: 1700000000,
        blockCount: 1,
        uuid: bytesOfHex("00112233445566778899aabbccddeeff"),
      }),
    );
  });

  test("is encoded byte for byte, but for the checksum", () => {
    expect(encodeSuperblock(superblock)).toEqual(changed(4, 0, 0, 0, 0));
  });

  test("has the checksum that it says", () => {
    const { start, length } = superblockChecksumRange(4096);
    expect(superblockChecksum(smallest.subarray(start, start + length))).toBe(superblock.checksum);
  });
});

test("the checksum covers the superblock's own block where blocks are small", () => {
  expect(superblockChecksumRange(512)).toEqual({ start: 1024, length: 512 });
  expect(superblockChecksumRange(1024)).toEqual({ start: 1024, length: 1024 });
  expect(superblockChecksumRange(65536)).toEqual({ start: 1024, length: 64512 });
});

test("every field comes back, 48-bit numbers and a negative epoch too", () => {
  const superblock = createSuperblock({
    blockSizeBits: 9,
    extSlots: 1,
    featureCompat: 0x3f,
    featureIncompat: 0x800001ff,
    rootNid: METABOX_NID + 2 ** 40 + 5,
    inodeCount: 2 ** 33,
    epoch: -12345678901,
    fixedNsec: 999_999_999,
    blockCount: 2 ** 47 + 3,
    metaBlock: 0xfffffffe,
    xattrBlock: 77,
    uuid: Uint8Array.from({ length: 16 }, (_, i) => 255 - i),
    volumeName: "sixteen bytes!!\xff",
    availableAlgorithms: 0xf,
    extraDevices: 3,
    deviceTableSlot: 9,
    xattrPrefixCount: 128,
    xattrPrefixStart: 0x12345678,
    packedNid: 2 ** 45,
    xattrFilterReserved: 1,
    ishareXattrPrefixId: 127,
    buildTime: 0xffffffff,
    metaboxNid: 2 ** 34 + 1,
  });
  const encoded = encodeSuperblock(superblock);
  expect(encoded.length).toBe(superblockSize(superblock));
  expect(decodeSuperblock(encoded)).toEqual(superblock);
});

test("a 48-bit image whose numbers are small keeps the short root NID", () => {
  const encoded = encodeSuperblock(
    createSuperblock({ rootNid: 36, blockCount: 5, featureIncompat: FeatureIncompat.bit48 }),
  );
  expect(encoded.subarray(0x70, 0x78)).toEqual(new Uint8Array(8));
  expect(decodeSuperblock(encoded)).toMatchObject({ rootNid: 36, blockCount: 5 });
});

test("a label ends at its NUL", () => {
  expect(decodeSuperblock(changed(0x40, 0x61, 0, 0x62)).volumeName).toBe("a");
});

describe("a superblock is refused", () => {
  test.each([
    ["short", bytes.subarray(0, 127), "127 bytes of superblock, expected 128"],
    ["for its magic", changed(0, 0), "not an EROFS image: magic 0xe0f5e100, expected 0xe0f5e1e2"],
    ["for blocks too small", changed(0x0c, 8), "block size bits 8, expected 9 to 16"],
    ["for blocks too large", changed(0x0c, 17), "block size bits 17"],
    ["for too many slots", changed(0x0d, 185), "185 superblock extension slots, expected at most 184"],
    ["for a metabox without slot", changed(0x51, 1), "metabox feature without an extension slot"],
    ["for nanoseconds", changed(0x20, 0, 0xca, 0x9a, 0x3b), "1000000000 nanoseconds"],
    [
      "for a packed inode in the metabox",
      changed(0x67, 0x80),
      "the packed inode has the NID 9223372036854775808",
    ],
    ["for a NID out of range", changed(0x66, 0x10), "packed inode: NID 0x10000000000000 is out of range"],
    ["for an epoch out of range", changed(0x1f, 0x7f), "epoch"],
  ])("%s", (_, damaged, message) => {
    expect(() => decodeSuperblock(damaged)).toThrow(CorruptImage);
    expect(() => decodeSuperblock(damaged)).toThrow(message);
  });

  test("for unknown features, by name", () => {
    expect(() => decodeSuperblock(changed(0x51, 0x82))).toThrow(UnsupportedFeature);
    expect(() => decodeSuperblock(changed(0x51, 0x82))).toThrow(
      "not supported: unknown bit 9 (0x200), unknown bit 15 (0x8000) (incompat 0x8200)",
    );
  });

  test("for directory blocks of another size", () => {
    expect(() => decodeSuperblock(changed(0x5a, 1))).toThrow(UnsupportedFeature);
  });
});

test("features that a reader lacks are named in words", () => {
  const incompat = FeatureIncompat.lz4ZeroPadding | FeatureIncompat.metabox | FeatureIncompat.fragments;
  expect(() => requireSupported(incompat, FeatureIncompat.lz4ZeroPadding)).toThrow(
    "fragments or deduplication, metabox (incompat 0x120)",
  );
  expect(() => requireSupported(incompat, incompat)).not.toThrow();
});

test.each([
  ["root NID", { rootNid: 65536 }],
  ["blocks", { blockCount: 2 ** 32 }],
  ["block count", { blockCount: 2 ** 48, featureIncompat: FeatureIncompat.bit48 }],
  ["root NID 0", { rootNid: 0, blockCount: 2 ** 32, featureIncompat: FeatureIncompat.bit48 }],
  ["volume name", { volumeName: "seventeen letters" }],
  ["uuid", { uuid: new Uint8Array(15) }],
  ["block size", { blockSizeBits: 8 }],
  ["epoch", { epoch: 0.5 }],
  ["nanoseconds", { fixedNsec: 1e9 }],
  ["build time", { buildTime: -1 }],
  ["prefixes", { xattrPrefixCount: 129 }],
  ["metabox", { featureIncompat: FeatureIncompat.metabox }],
])("%s out of range is not encoded", (message, fields) => {
  expect(() => encodeSuperblock(createSuperblock(fields))).toThrow(message);
});

test("without compression configs only LZ4 may be used", () => {
  expect(algorithmsOf(createSuperblock({ availableAlgorithms: 0xffff }))).toBe(1);
  expect(
    algorithmsOf(createSuperblock({ availableAlgorithms: 6, featureIncompat: FeatureIncompat.comprCfgs })),
  ).toBe(6);
});

test("inodes are found by arithmetic, beyond 32 bits too", () => {
  expect(inodeOffset(createSuperblock({}), 36)).toBe(0x480);
  expect(inodeOffset(createSuperblock({ metaBlock: 2 ** 31 }), 1)).toBe(2 ** 43 + 32);
});
