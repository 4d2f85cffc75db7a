import { describe, expect, test } from "vitest";
import {
  CorruptImage,
  createSuperblock,
  decodeDirectoryBlock,
  encodeDirectory,
  FileType,
  inodeOffset,
  isMetaboxNid,
  joinNid,
  loadNid,
  METABOX_NID,
  nidText,
  storeNid,
} from "../src/index.ts";
import { bytesOfHex, hexOf } from "./hex.ts";

describe("a NID", () => {
  test.each([
    [0, "0000 0000 0000 0000", "0"],
    [36, "2400 0000 0000 0000", "36"],
    [2 ** 52 - 1, "ffff ffff ffff 0f00", "4503599627370495"],
    [METABOX_NID, "0000 0000 0000 0080", "9223372036854775808"],
    [METABOX_NID + 36, "2400 0000 0000 0080", "9223372036854775844"],
    [METABOX_NID + 2 ** 52 - 1, "ffff ffff ffff 0f80", "9227875636482146303"],
  ])("%d stands on disk as %s and is shown as %s", (nid, hex, text) => {
    const bytes = new Uint8Array(8);
    storeNid(bytes, 0, nid);
    expect(hexOf(bytes)).toBe(hexOf(bytesOfHex(hex)));
    expect(loadNid(bytes, 0)).toBe(nid);
    expect(nidText(nid)).toBe(text);
  });

  test("of a slot that no number can tell is none", () => {
    expect(joinNid(0, 0x10_0000)).toBeUndefined();
    expect(joinNid(0, 0x8010_0000)).toBeUndefined();
    expect(joinNid(0xffffffff, 0x800f_ffff)).toBe(Number.MAX_SAFE_INTEGER);
  });

  test("of the metabox counts from the beginning of its content", () => {
    const superblock = createSuperblock({ metaBlock: 7 });
    expect(inodeOffset(superblock, 3)).toBe(7 * 4096 + 96);
    expect(inodeOffset(superblock, METABOX_NID + 3)).toBe(96);
    expect(isMetaboxNid(METABOX_NID - 1)).toBe(false);
    expect(isMetaboxNid(METABOX_NID)).toBe(true);
  });
});

test("entries of a directory lead to both spaces", () => {
  const entries = [
    { name: ".", nid: METABOX_NID, type: FileType.directory },
    { name: "..", nid: 36, type: FileType.directory },
    { name: "file", nid: METABOX_NID + 2 ** 40, type: FileType.regular },
  ];
  expect(decodeDirectoryBlock(encodeDirectory(entries, 4096))).toEqual(entries);
});

test("an entry with a NID out of range is refused with the number", () => {
  const block = encodeDirectory([{ name: "a", nid: 5, type: FileType.regular }], 4096);
  block[6] = 0x10;
  expect(() => decodeDirectoryBlock(block)).toThrow(CorruptImage);
  expect(() => decodeDirectoryBlock(block)).toThrow("dirent 0: NID 0x10000000000005 is out of range");
});
