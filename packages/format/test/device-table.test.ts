import { expect, test } from "vitest";
import { BuildError, CorruptImage, decodeDeviceTable, encodeDeviceTable } from "../src/index.ts";
import { imageOf } from "./hex.ts";

test("a slot as mkfs.erofs writes it", () => {
  const slots = [{ tag: "", blockCount: 69, unifiedBlock: 1 }];
  const bytes = imageOf(128, { 64: "4500 0000 0100 0000" });
  expect(encodeDeviceTable(slots, false)).toEqual(bytes);
  expect(decodeDeviceTable(bytes, 1, false)).toEqual(slots);
});

test("tags and 48-bit numbers come back", () => {
  const slots = [
    { tag: "a".repeat(64), blockCount: 2 ** 48 - 1, unifiedBlock: 2 ** 33 },
    { tag: "short", blockCount: 0, unifiedBlock: 0 },
  ];
  const bytes = encodeDeviceTable(slots, true);
  expect(decodeDeviceTable(bytes, 2, true)).toEqual(slots);
  expect(decodeDeviceTable(bytes, 1, false)).toEqual([
    { tag: "a".repeat(64), blockCount: 0xffffffff, unifiedBlock: 0 },
  ]);
});

test("a table that is cut off is refused", () => {
  expect(() => decodeDeviceTable(new Uint8Array(255), 2, false)).toThrow(CorruptImage);
});

test.each([
  [{ tag: "a".repeat(65) }, true],
  [{ blockCount: 2 ** 32 }, false],
  [{ unifiedBlock: 2 ** 48 }, true],
  [{ blockCount: -1 }, true],
])("%o does not fit", (fields, bit48) => {
  const slot = { tag: "", blockCount: 0, unifiedBlock: 0, ...fields };
  expect(() => encodeDeviceTable([slot], bit48)).toThrow(BuildError);
});
