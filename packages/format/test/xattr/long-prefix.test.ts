import { expect, test } from "vitest";
import {
  BuildError,
  CorruptImage,
  decodeLongPrefixes,
  encodeLongPrefixes,
  longPrefixOf,
} from "../../src/index.ts";
import { bytesOfHex, hexOf } from "../hex.ts";

const prefixes = ["trusted.overlay.", "user.", "erofs.fingerprint.v1"].map(longPrefixOf);
const hex = "0900 04 6f7665726c61792e 00 | 0100 01 00 | 1500 00 65726f66732e66696e6765727072696e742e7631 00";

test("a table as mkfs.erofs writes it", () => {
  expect(hexOf(encodeLongPrefixes(prefixes))).toBe(hexOf(bytesOfHex(hex)));
  expect(decodeLongPrefixes(bytesOfHex(`${hex} ffff`), 3)).toEqual(prefixes);
});

test("as many and as long ones as can be", () => {
  const many = Array.from({ length: 128 }, (_, i) => ({ baseIndex: 4, infix: "x".repeat(i * 2 + 1) }));
  expect(decodeLongPrefixes(encodeLongPrefixes(many), 128)).toEqual(many);
  expect(() => encodeLongPrefixes([...many, ...prefixes])).toThrow(BuildError);
  expect(() => encodeLongPrefixes([{ baseIndex: 1, infix: "x".repeat(256) }])).toThrow(BuildError);
});

test.each([
  ["no bytes", "", 1, "number 0 is behind the end"],
  ["length 0", "0000 0000", 1, "0 bytes, expected 1 to 256"],
  ["length 257", `0101 ${"00".repeat(300)}`, 1, "257 bytes"],
  ["cut off", "0900 04 6f", 1, "9 bytes"],
  ["second one missing", "0100 01 00", 2, "number 1 is behind the end"],
  ["too many", "0100 01 00", 129, "129 of them"],
])("damaged: %s", (_, damaged, count, message) => {
  expect(() => decodeLongPrefixes(bytesOfHex(damaged), count)).toThrow(CorruptImage);
  expect(() => decodeLongPrefixes(bytesOfHex(damaged), count)).toThrow(message);
});
