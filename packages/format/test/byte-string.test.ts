import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bytesOf, fromBytes, fromText, isAscii, toText } from "../src/index.ts";

test("bytes come back, in any number", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(bytesOf(fromBytes(bytes))).toEqual(bytes);
    }),
  );
  const large = Uint8Array.from({ length: 300_001 }, (_, i) => i * 7);
  expect(bytesOf(fromBytes(large))).toEqual(large);
});

test("text comes back, in UTF-8", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(toText(fromText(text))).toBe(text);
    }),
  );
  expect(bytesOf(fromText("é"))).toEqual(new Uint8Array([0xc3, 0xa9]));
});

test("what is not UTF-8 is shown byte by byte", () => {
  expect(toText("a\xff\xc3")).toBe("a\\xff\\xc3");
});

test("order is the order of bytes, not of UTF-16", () => {
  const names = ["\u{1f600}", "\u{ffee}", "a"].map(fromText);
  expect(names.toSorted((a, b) => (a < b ? -1 : 1)).map(toText)).toEqual(["a", "\u{ffee}", "\u{1f600}"]);
});

test("ASCII", () => {
  expect([isAscii(""), isAscii("a\x7f"), isAscii("\x80")]).toEqual([true, true, false]);
});
