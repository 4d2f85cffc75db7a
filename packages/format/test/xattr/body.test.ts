import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BuildError,
  bytesOf,
  CorruptImage,
  decodeXattrBody,
  decodeXattrEntry,
  decodeXattrEntryHeader,
  encodeXattrBody,
  encodeXattrEntry,
  nameFilter,
  xattrBodySize,
  xattrEntrySize,
  xattrIcount,
} from "../../src/index.ts";
import { bytesOfHex, hexOf } from "../hex.ts";
import { outcomeOf } from "../outcome.ts";

// user.a = "1", as mkfs.erofs writes it.
const body = {
  filter: nameFilter(["user.a"]),
  sharedIds: [],
  inline: [{ index: 1, rest: "a", value: bytesOf("1") }],
};
const hex = "ffffdfff 00 00000000000000 01 01 0100 61 31 0000";

test("a body as mkfs.erofs writes it", () => {
  expect(hexOf(encodeXattrBody(body))).toBe(hex.replaceAll(" ", ""));
  expect(decodeXattrBody(bytesOfHex(hex))).toEqual(body);
  expect(xattrIcount(20)).toBe(3);
});

test("sizes and their codes", () => {
  expect([0, 1, 2, 65535].map(xattrBodySize)).toEqual([0, 12, 16, 262148]);
  expect([0, 16, 20, 262148].map(xattrIcount)).toEqual([0, 2, 3, 65535]);
  for (const size of [12, 18, 262152, -4]) expect(() => xattrIcount(size)).toThrow(BuildError);
});

test("no attributes, no body", () => {
  expect(encodeXattrBody({ filter: 0xffffffff, sharedIds: [], inline: [] })).toEqual(new Uint8Array(0));
});

test("every body comes back", () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 255 })
    .map((bytes) => String.fromCharCode(...bytes.map((b) => b || 1)));
  const entries = fc.record({
    index: fc.constantFrom(0, 1, 4, 6, 0x80, 0xff),
    rest: name,
    value: fc.uint8Array({ maxLength: 300 }),
  });
  const bodies = fc.record({
    filter: fc.integer({ min: 0, max: 0xffffffff }),
    sharedIds: fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 255 }),
    inline: fc.array(entries, { minLength: 1, maxLength: 8 }),
  });
  fc.assert(
    fc.property(bodies, (any) => {
      const bytes = encodeXattrBody(any);
      expect(xattrBodySize(xattrIcount(bytes.length))).toBe(bytes.length);
      expect(decodeXattrBody(bytes)).toEqual(any);
    }),
  );
});

test("the greatest numbers fit, one more does not", () => {
  const ids = Array.from({ length: 255 }, (_, i) => i);
  expect(decodeXattrBody(encodeXattrBody({ filter: 0, sharedIds: ids, inline: [] })).sharedIds).toEqual(ids);
  expect(() => encodeXattrBody({ filter: 0, sharedIds: [...ids, 255], inline: [] })).toThrow(BuildError);
  expect(() => encodeXattrBody({ filter: 0, sharedIds: [2 ** 32], inline: [] })).toThrow(BuildError);

  const large = { index: 1, rest: "x".repeat(255), value: new Uint8Array(65535).fill(7) };
  const target = new Uint8Array(xattrEntrySize(255, 65535));
  expect(encodeXattrEntry(large, target, 0)).toBe(target.length);
  expect(decodeXattrEntry(target)).toEqual(large);
  expect(() => encodeXattrEntry({ ...large, rest: "x".repeat(256) }, target, 0)).toThrow(BuildError);
  expect(() => encodeXattrEntry({ ...large, value: new Uint8Array(65536) }, target, 0)).toThrow(BuildError);
  expect(() => encodeXattrBody({ filter: 0, sharedIds: [], inline: [large, large, large, large] })).toThrow(
    "expected at most 262148",
  );
});

test("an entry clears its padding and nothing else", () => {
  const target = new Uint8Array(16).fill(0xee);
  expect(encodeXattrEntry({ index: 4, rest: "abc", value: bytesOf("de") }, target, 2)).toBe(12);
  expect(hexOf(target)).toBe("eeee" + "03040200616263646500 0000".replace(" ", "") + "eeee");
  expect(decodeXattrEntryHeader(target, 2)).toEqual({ index: 4, nameLength: 3, valueSize: 2, size: 12 });
});

test("reserved space of zeros holds no entries", () => {
  const bytes = new Uint8Array(36);
  bytes.set(bytesOfHex(hex));
  expect(decodeXattrBody(bytes)).toEqual(body);
});

describe("damaged bodies", () => {
  test.each([
    ["nothing but a header", "00000000 00 00000000000000", "12 bytes, expected more than 12"],
    ["too many shared ids", "00000000 02 00000000000000 00000000", "2 shared ids need 20 bytes of 16"],
    [
      "an entry that goes on behind",
      "00000000 00 00000000000000 01 01 0400 61 31 0000",
      "9 bytes long, expected at most 8",
    ],
    ["a name that goes on behind", "00000000 00 00000000000000 ff 01 0000", "259 bytes long"],
    ["half an entry header", "00000000 00 00000000000000 0101", "2 bytes left"],
    ["an ACL with a name", "00000000 00 00000000000000 01 02 0100 61 31 0000", "an ACL with 1 bytes of name"],
    ["NUL in a name", "00000000 00 00000000000000 02 01 0000 6100 0000", "contains NUL"],
  ])("%s", (_, damaged, message) => {
    expect(() => decodeXattrBody(bytesOfHex(damaged))).toThrow(CorruptImage);
    expect(() => decodeXattrBody(bytesOfHex(damaged))).toThrow(message);
  });

  test("a message says where", () => {
    const damaged = bytesOfHex("00000000 00 00000000000000 ff 01 0000");
    expect(() => decodeXattrBody(damaged, { nid: 9, offset: 0x1000 })).toThrow(
      "xattr entry at offset 0x100c of inode 9: 259 bytes long, expected at most 4",
    );
  });

  test("any bytes give a body or CorruptImage", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(["ok", "EUCLEAN"]).toContain(outcomeOf(() => decodeXattrBody(bytes)));
      }),
    );
  });
});
