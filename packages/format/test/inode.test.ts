import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BuildError,
  CorruptImage,
  createSuperblock,
  DataLayout,
  decodeInode,
  encodeInode,
  fitsCompact,
  type Inode,
  inodeSizeOf,
  NULL_BLOCK,
  UnsupportedFeature,
} from "../src/index.ts";
import { bytesOfHex, hexOf } from "./hex.ts";
import { errorOf, outcomeOf } from "./outcome.ts";

const superblock = createSuperblock({ epoch: 1700000000 });

const file: Inode = {
  nid: 42,
  extended: false,
  layout: DataLayout.flatInline,
  dotOmitted: false,
  xattrIcount: 0,
  mode: 0o100644,
  nlink: 1,
  size: 42000,
  startBlock: 1,
  blockCount: 0,
  chunkFormat: 0,
  rdev: 0,
  ino: 3,
  uid: 0,
  gid: 0,
  mtime: 1700000000,
  mtimeNsec: 0,
};

function encoded(inode: Inode, base = superblock): Uint8Array {
  const bytes = new Uint8Array(80).fill(0xee);
  encodeInode(inode, base, bytes, 8);
  const end = inode.extended ? 72 : 40;
  expect(bytes.subarray(0, 8)).toEqual(new Uint8Array(8).fill(0xee));
  expect(bytes.subarray(end)).toEqual(new Uint8Array(80 - end).fill(0xee));
  return bytes.subarray(8, end);
}

/** An inode after encoding and decoding. */
function again(inode: Inode, base = superblock): Inode {
  const bytes = encoded(inode, base);
  expect(inodeSizeOf(bytes[0]!)).toBe(bytes.length);
  return decodeInode(bytes, inode.nid, base);
}

function changed(bytes: Uint8Array, offset: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, offset);
  return copy;
}

describe("inodes as mkfs.erofs writes them", () => {
  test.each<[string, string, Partial<Inode>]>([
    [
      "empty directory",
      "0400 0000 ed41 0200 1b00 0000 0000 0000 ffff ffff 0100 0000 0000 0000 0000 0000",
      { nid: 36, mode: 0o40755, nlink: 2, size: 27, startBlock: NULL_BLOCK, ino: 1 },
    ],
    [
      "file with a tail",
      "0400 0000 a481 0100 10a4 0000 0000 0000 0100 0000 0300 0000 0000 0000 0000 0000",
      {},
    ],
    [
      "compressed file",
      "0600 0300 a481 0100 f824 0100 0000 0000 0a00 0000 0300 0000 0000 0000 0000 0000",
      { layout: DataLayout.compressedCompact, xattrIcount: 3, size: 75000, startBlock: 0, blockCount: 10 },
    ],
    [
      "chunk-based file",
      "0800 0300 a481 0100 400d 0300 0000 0000 2400 0000 0200 0000 0000 0000 0000 0000",
      {
        layout: DataLayout.chunkBased,
        xattrIcount: 3,
        size: 200000,
        startBlock: 0,
        chunkFormat: 0x24,
        ino: 2,
      },
    ],
  ])("%s", (_, hex, fields) => {
    const inode = { ...file, ...fields };
    const bytes = bytesOfHex(hex);
    expect(decodeInode(bytes, inode.nid, superblock)).toEqual(inode);
    expect(hexOf(encoded(inode))).toBe(hexOf(bytes));
  });
});

describe("every kind of inode comes back", () => {
  test("any number in the extended form", () => {
    const u32 = fc.integer({ min: 0, max: 0xffffffff });
    const inodes = fc.record({
      nid: fc.nat(),
      extended: fc.constant(true),
      layout: fc.constant(DataLayout.flatPlain),
      dotOmitted: fc.constant(false),
      xattrIcount: fc.nat(0xffff),
      mode: fc.nat(0xfff).map((permissions) => 0o100000 | permissions),
      nlink: u32,
      size: fc.maxSafeNat(),
      startBlock: fc.integer({ min: 0, max: 2 ** 48 - 2 }).filter((block) => block !== NULL_BLOCK),
      blockCount: fc.constant(0),
      chunkFormat: fc.constant(0),
      rdev: fc.constant(0),
      ino: u32,
      uid: u32,
      gid: u32,
      mtime: fc.maxSafeInteger(),
      mtimeNsec: fc.nat(999_999_999),
    });
    fc.assert(
      fc.property(inodes, (inode) => {
        expect(again(inode)).toEqual(inode);
      }),
    );
  });

  test.each<[string, Partial<Inode>]>([
    [
      "a large compressed file",
      { extended: true, layout: DataLayout.compressedFull, startBlock: 0, blockCount: 2 ** 40 },
    ],
    [
      "a compressed file with one link, compact",
      { layout: DataLayout.compressedFull, startBlock: 0, blockCount: 2 ** 33 + 1 },
    ],
    ["a far start block, compact", { layout: DataLayout.flatPlain, startBlock: 2 ** 47 + 9 }],
    ["a whole-file hole, compact", { layout: DataLayout.flatPlain, startBlock: NULL_BLOCK, nlink: 7 }],
    ["a whole-file hole, extended", { extended: true, layout: DataLayout.flatPlain, startBlock: NULL_BLOCK }],
    ["a tail only, extended", { extended: true, startBlock: NULL_BLOCK, size: 100 }],
    ["a far block that ends in ones", { extended: true, startBlock: 5 * 2 ** 32 + 0xffffffff }],
    ["an empty file", { layout: DataLayout.flatPlain, size: 0, startBlock: 0 }],
    ["a directory without dot", { mode: 0o40755, dotOmitted: true, nlink: 2, size: 27 }],
    [
      "a directory without dot, extended",
      { extended: true, mode: 0o40755, dotOmitted: true, nlink: 2, size: 27 },
    ],
    ["a device", { mode: 0o20600, layout: DataLayout.flatPlain, size: 0, startBlock: 0, rdev: 0xffffffff }],
    ["a block device", { mode: 0o60600, layout: DataLayout.flatPlain, size: 0, startBlock: 0, rdev: 0x800 }],
    ["a fifo", { mode: 0o10600, layout: DataLayout.flatPlain, size: 0, startBlock: 0 }],
    ["a socket", { mode: 0o140600, layout: DataLayout.flatPlain, size: 0, startBlock: 0 }],
    ["a symlink", { mode: 0o120777, size: 7, startBlock: NULL_BLOCK }],
    ["a chunk-based file", { layout: DataLayout.chunkBased, startBlock: 0, chunkFormat: 0x7f }],
    [
      "the greatest compact numbers",
      { uid: 65535, gid: 65535, nlink: 65535, size: 0xffffffff, mtime: 1700000000 + 0xffffffff },
    ],
  ])("%s", (_, fields) => {
    const inode = { ...file, ...fields };
    expect(again(inode)).toEqual(inode);
  });

  test("compact times count from an epoch that may be negative", () => {
    const base = createSuperblock({ epoch: -1000, fixedNsec: 5 });
    expect(again({ ...file, mtime: -1000, mtimeNsec: 5 }, base)).toMatchObject({
      mtime: -1000,
      mtimeNsec: 5,
    });
    expect(again({ ...file, mtime: 123, mtimeNsec: 5 }, base).mtime).toBe(123);
  });
});

describe("what the compact form cannot hold", () => {
  test.each<[string, Partial<Inode>]>([
    ["size 4294967296", { size: 2 ** 32 }],
    ["uid 65536", { uid: 65536 }],
    ["gid 65536", { gid: 65536 }],
    ["link count 65536", { nlink: 65536 }],
    ["mtime 1699999999", { mtime: 1699999999 }],
    ["mtime 5994967296", { mtime: 1700000000 + 2 ** 32 }],
    ["1 nanoseconds", { mtimeNsec: 1 }],
    ["48-bit block number with link count 2", { startBlock: 2 ** 32, nlink: 2 }],
  ])("%s", (message, fields) => {
    const inode = { ...file, ...fields };
    expect(fitsCompact(inode, superblock)).toBe(false);
    expect(() => encoded(inode)).toThrow(BuildError);
    expect(() => encoded(inode)).toThrow(message);
    expect(again({ ...inode, extended: true })).toEqual({ ...inode, extended: true });
  });

  test("a directory with a 48-bit block number", () => {
    expect(fitsCompact({ ...file, mode: 0o40755, startBlock: 2 ** 32, nlink: 1 }, superblock)).toBe(false);
  });

  test("everything else fits", () => {
    expect(fitsCompact(file, superblock)).toBe(true);
  });
});

test.each<[string, Partial<Inode>]>([
  ["mode", { mode: 0o644 }],
  ["mode", { mode: 0x18000 }],
  ["xattr count", { xattrIcount: 65536 }],
  ["size", { size: -1 }],
  ["size", { size: 2 ** 53 }],
  ["uid", { uid: -1 }],
  ["gid", { gid: 2 ** 32 }],
  ["link count", { nlink: 2 ** 32 }],
  ["mtime", { mtime: 0.5 }],
  ["nanoseconds", { mtimeNsec: 1e9 }],
  ["start block", { startBlock: 2 ** 48 }],
  ["block count", { layout: DataLayout.compressedFull, blockCount: -1 }],
  ["chunk format", { layout: DataLayout.chunkBased, chunkFormat: 0x80 }],
  ["dot entry", { dotOmitted: true }],
])("an impossible %s is not encoded", (message, fields) => {
  expect(() => encoded({ ...file, extended: true, ...fields })).toThrow(message);
});

describe("an inode is refused", () => {
  const compact = encoded(file);
  const extended = encoded({ ...file, extended: true });

  test.each([
    ["cut off", compact.subarray(0, 31), CorruptImage, "31 bytes up to the end of the image, expected 32"],
    ["cut off when extended", extended.subarray(0, 63), CorruptImage, "63 bytes"],
    ["for its type", changed(compact, 5, 0), CorruptImage, "mode 0xa4 has no known file type"],
    ["for its size", changed(extended, 15, 0x80), CorruptImage, "size"],
    ["for its time", changed(extended, 0x27, 0x70), CorruptImage, "mtime"],
    ["for its nanoseconds", changed(extended, 0x2b, 0x70), CorruptImage, "nanoseconds"],
    [
      "for format bits",
      changed(compact, 0, 0x24),
      UnsupportedFeature,
      "unknown bits 0x20 in its format 0x24",
    ],
    ["for format bits", changed(compact, 1, 0x80), UnsupportedFeature, "unknown bits 0x8000"],
    ["for its layout", changed(compact, 0, 0x0a), UnsupportedFeature, "data layout 5"],
    [
      "for chunk bits",
      changed(changed(compact, 0, 8), 0x10, 0x80),
      UnsupportedFeature,
      "0x80 in its chunk format",
    ],
    [
      "for the block that is not told from none",
      changed(extended, 0x10, 0xff, 0xff, 0xff, 0xff),
      UnsupportedFeature,
      "start block 0xffffffff",
    ],
  ])("%s", (_, bytes, kind, message) => {
    expect(() => decodeInode(bytes, 42, superblock)).toThrow(kind);
    expect(() => decodeInode(bytes, 42, superblock)).toThrow(message);
  });

  test("with its place in the image", () => {
    const error = errorOf(() => decodeInode(changed(compact, 5, 0), 42, superblock));
    expect(error).toMatchObject({ code: "EUCLEAN", nid: 42, offset: 0x540 });
  });
});

test("any bytes give an inode or an ErofsError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 70 }), (bytes) => {
      const outcome = outcomeOf(() => decodeInode(bytes, 1, superblock));
      expect(["ok", "EUCLEAN", "EOPNOTSUPP"]).toContain(outcome);
    }),
  );
});
