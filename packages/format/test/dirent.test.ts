import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BuildError,
  type ByteString,
  CorruptImage,
  decodeDirectoryBlock,
  type Dirent,
  directoryBlockCount,
  directorySize,
  encodeDirectory,
  FileType,
} from "../src/index.ts";
import { bytesOfHex, hexOf } from "./hex.ts";
import { outcomeOf } from "./outcome.ts";

type Entry = { name: ByteString; nid: number; type: FileType };

const empty = "2400 0000 0000 0000 1800 0200 2400 0000 0000 0000 1900 0200 2e2e 2e";
const several =
  "2400 0000 0000 0000 4800 0200 2400 0000 0000 0000 4900 0200 2800 0000 0000 0000 4b00 0100" +
  "2a00 0000 0000 0000 5000 0100 4c00 0000 0000 0000 5300 0700 4e00 0000 0000 0000 5700 0200" +
  "2e2e 2e61 2e74 7874 6269 676c 696e 6b73 7562";
const severalEntries: Entry[] = [
  { name: ".", nid: 36, type: FileType.directory },
  { name: "..", nid: 36, type: FileType.directory },
  { name: "a.txt", nid: 40, type: FileType.regular },
  { name: "big", nid: 42, type: FileType.regular },
  { name: "link", nid: 76, type: FileType.symlink },
  { name: "sub", nid: 78, type: FileType.directory },
];

/** Reads all blocks of a directory as a reader does. */
function decodeAll(content: Uint8Array, blockSize: number): Dirent[] {
  const entries: Dirent[] = [];
  for (let k = 0; k < directoryBlockCount(content.length, blockSize); k++) {
    const block = content.subarray(k * blockSize, (k + 1) * blockSize);
    const last = entries.at(-1);
    entries.push(...decodeDirectoryBlock(block, last === undefined ? {} : { previous: last.name }));
  }
  return entries;
}

function named(names: Iterable<ByteString>): Entry[] {
  return [...names].map((name, i) => ({ name, nid: i * 7, type: FileType.regular }));
}

describe("directories as mkfs.erofs writes them", () => {
  test.each([
    ["empty", empty, severalEntries.slice(0, 2)],
    ["several entries", several, severalEntries],
  ])("%s", (_, hex, entries) => {
    const bytes = bytesOfHex(hex);
    expect(decodeDirectoryBlock(bytes)).toEqual(entries);
    expect(hexOf(encodeDirectory(entries, 4096))).toBe(hexOf(bytes));
    expect(
      directorySize(
        entries.map((entry) => entry.name),
        4096,
      ),
    ).toBe(bytes.length);
  });
});

describe("cutting into blocks", () => {
  test("an entry that fills a block to its last byte stays in it", () => {
    // 2 × (12 + 244) = 512
    const entries = named([`a${"x".repeat(243)}`, `b${"x".repeat(243)}`, "c"]);
    expect(
      directorySize(
        entries.slice(0, 2).map((entry) => entry.name),
        512,
      ),
    ).toBe(512);
    const content = encodeDirectory(entries, 512);
    expect(content.length).toBe(512 + 13);
    expect(decodeAll(content, 512)).toEqual(entries);
  });

  test("one byte more goes to the next block, and the rest of the first is zero", () => {
    const entries = named([`a${"x".repeat(243)}`, `b${"x".repeat(244)}`]);
    const content = encodeDirectory(entries, 512);
    expect(content.length).toBe(512 + 257);
    expect(content.subarray(256, 512)).toEqual(new Uint8Array(256));
    expect(decodeAll(content, 512)).toEqual(entries);
  });

  test("names of 255 bytes, one a block of 512", () => {
    const entries = named(["a", "b", "c"].map((letter) => letter.repeat(255)));
    expect(decodeAll(encodeDirectory(entries, 512), 512)).toEqual(entries);
  });

  test("any names in any block size come back", () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 255 })
      .map((bytes) => String.fromCharCode(...bytes.map((byte) => (byte === 0 || byte === 0x2f ? 1 : byte))));
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 60 }),
        fc.constantFrom(512, 1024, 4096),
        (names, blockSize) => {
          const entries = named(names.toSorted((a, b) => (a < b ? -1 : 1)));
          const content = encodeDirectory(entries, blockSize);
          expect(content.length).toBe(
            directorySize(
              entries.map((entry) => entry.name),
              blockSize,
            ),
          );
          expect(decodeAll(content, blockSize)).toEqual(entries);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a hundred thousand entries, the largest block", () => {
    const entries = named(Array.from({ length: 100_000 }, (_, i) => `file-${String(i).padStart(7, "0")}`));
    expect(decodeAll(encodeDirectory(entries, 65536), 65536)).toEqual(entries);
  });
});

test("NIDs go beyond 32 bits", () => {
  const entries = [{ name: "x", nid: 2 ** 53 - 1, type: FileType.fifo }];
  expect(decodeDirectoryBlock(encodeDirectory(entries, 4096))).toEqual(entries);
});

test("types that Linux does not know are unknown", () => {
  const bytes = bytesOfHex(empty);
  bytes[10] = 8;
  bytes[22] = 0;
  expect(decodeDirectoryBlock(bytes).map((entry) => entry.type)).toEqual([0, 0]);
});

test.each<[string, Partial<Entry>[]]>([
  ["of 0 bytes", [{ name: "" }]],
  ["of 256 bytes", [{ name: "x".repeat(256) }]],
  ["slash", [{ name: "a/b" }]],
  ["NUL", [{ name: "a\0" }]],
  ["no byte", [{ name: "\u{20ac}" }]],
  ["does not sort after", [{ name: "b" }, { name: "a" }]],
  ["does not sort after", [{ name: "a" }, { name: "a" }]],
  ["NID -1", [{ nid: -1 }]],
  ["NID 9007199254740992", [{ nid: 2 ** 53 }]],
  ["file type 0", [{ type: 0 as FileType }]],
])("entries that cannot be stored: %s", (message, entries) => {
  const whole = entries.map((entry) => ({ name: "a", nid: 1, type: FileType.regular, ...entry }));
  expect(() => encodeDirectory(whole, 4096)).toThrow(BuildError);
  expect(() => encodeDirectory(whole, 4096)).toThrow(message);
});

describe("damaged blocks", () => {
  function changed(offset: number, ...values: number[]): Uint8Array {
    const bytes = bytesOfHex(several);
    bytes.set(values, offset);
    return bytes;
  }

  test.each([
    ["no room for a dirent", bytesOfHex(several).subarray(0, 11), "name offset 0"],
    ["no room for a name", bytesOfHex(several).subarray(0, 72), "name offset 72"],
    ["first name offset 0", changed(8, 0), "name offset 0"],
    ["first name offset 11", changed(8, 11), "name offset 11"],
    ["first name offset not a multiple of 12", changed(8, 73), "name offset 73"],
    ["first name offset behind the end", changed(8, 96), "name offset 96"],
    ["first name offset in the next block", changed(8, 0, 0x10), "name offset 4096"],
    ["offset of the second name on the first", changed(20, 72), "dirent 0"],
    ["offset of the second name below the first", changed(20, 71), "dirent 0"],
    ["offset in the middle outside", changed(32, 0xff, 0xff), "dirent 1"],
    ["last offset behind the end", changed(68, 91), "dirent 4"],
    ["last offset at the end", changed(68, 90), "expected 1 to 255 bytes"],
    ["last offset below all names", changed(68, 0), "dirent 4"],
    ["slash", changed(77, 0x2f), "slash"],
    ["NUL in a name", changed(77, 0), "NUL"],
    ["NUL at the start of the last name", changed(87, 0), "dirent 5"],
    ["order", changed(80, 0x61, 0x2e, 0x74), `name "a.t" does not sort after "a.txt"`],
    ["NID", changed(6, 0x20), "dirent 0: NID"],
  ])("%s", (_, bytes, message) => {
    expect(() => decodeDirectoryBlock(bytes)).toThrow(CorruptImage);
    expect(() => decodeDirectoryBlock(bytes)).toThrow(message);
  });

  test("a name of 256 bytes", () => {
    const bytes = new Uint8Array(12 + 256).fill(0x61);
    bytes.set(bytesOfHex("0000 0000 0000 0000 0c00 0100"));
    expect(() => decodeDirectoryBlock(bytes)).toThrow("expected 1 to 255 bytes");
  });

  test("a last name that NUL ends may be followed by anything", () => {
    expect(decodeDirectoryBlock(changed(88, 0, 0x2f)).at(-1)!.name).toBe("s");
  });

  test("a first name that does not follow the block before", () => {
    expect(() => decodeDirectoryBlock(bytesOfHex(several), { previous: "." })).toThrow(CorruptImage);
    expect(decodeDirectoryBlock(bytesOfHex(several), { previous: "-" })).toHaveLength(6);
  });

  test("a slot beyond those that a NID can name", () => {
    expect(() => decodeDirectoryBlock(changed(6, 0x10))).toThrow(
      "dirent 0: NID 0x10000000000024 is out of range",
    );
    expect(() => decodeDirectoryBlock(changed(6, 0xff, 0xff))).toThrow(CorruptImage);
  });

  test("a message says where", () => {
    expect(() => decodeDirectoryBlock(changed(68, 0), { nid: 36, offset: 0x2000 })).toThrow(
      "dirent 4 of the block at offset 0x2000 of directory 36: name from 83 to 0 of 90, expected 1 to 255 bytes",
    );
  });

  test("any bytes give entries or an ErofsError", () => {
    const good = bytesOfHex(several);
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.nat(good.length),
        (changes, length) => {
          const bytes = good.slice(0, length);
          for (const [offset, value] of changes) if (offset < length) bytes[offset] = value;
          const outcome = outcomeOf(() => {
            for (const { name } of decodeDirectoryBlock(bytes)) expect(name).toMatch(/^[^\0/]{1,255}$/);
          });
          expect(["ok", "EUCLEAN", "EOPNOTSUPP"]).toContain(outcome);
        },
      ),
      { numRuns: 500 },
    );
  });
});
