import { describe, expect, test } from "vitest";
import {
  checkEncodedExtent,
  CorruptImage,
  decodeEncodedExtent,
  decodeMapHeader,
  extentTableOf,
  UnsupportedFeature,
} from "../../src/index.ts";
import { bytesOfHex } from "../hex.ts";

// As mkfs.erofs writes them, for a file of 75000 bytes.
const fixed = bytesOfHex(
  "0000 0000 0100 00 02 0070 0100 0000 0000 681b 0040 771b 0040 a31b 0040 312a 0040 da14 0040",
);
const variable = bytesOfHex(
  "0300 0000 0500 0000 0000 0000 0000 0000 0040 0010 0080 0100 0000 0000 0000 0000" +
    "0040 0010 00c0 0100 0000 0000 da8e 0000 0020 0010 0000 0200 0000 0000 9dfe 0000",
);

test("records of 4 bytes", () => {
  const table = extentTableOf(decodeMapHeader(fixed), 0, 75000, 12);
  expect(table).toEqual({ recordSize: 4, offset: 16, count: 5, extentSize: 16384, startOffset: 8 });
  const lengths = Array.from({ length: 5 }, (_, k) => decodeEncodedExtent(fixed, 16 + 4 * k, 4).length);
  expect(lengths).toEqual([7016, 7031, 7075, 10801, 5338]);
  expect(decodeEncodedExtent(fixed, 16, 4)).toMatchObject({
    algorithm: 3,
    partial: false,
    physical: 0,
    logical: 0,
  });
});

test("records of 16 bytes", () => {
  const table = extentTableOf(decodeMapHeader(variable), 0, 75000, 12);
  expect(table).toEqual({ recordSize: 16, offset: 16, count: 3, extentSize: 0, startOffset: undefined });
  expect([16, 32, 48].map((offset) => decodeEncodedExtent(variable, offset, 16))).toMatchObject([
    { length: 16384, physical: 0x18000, logical: 0, algorithm: 0 },
    { length: 16384, physical: 0x1c000, logical: 36570, algorithm: 0 },
    { length: 8192, physical: 0x20000, logical: 65181, algorithm: 0 },
  ]);
});

test("records of 8 and 32 bytes, plain and partial", () => {
  const header = { ...decodeMapHeader(fixed), advise: 3 };
  expect(extentTableOf(header, 8, 75000, 12)).toMatchObject({ recordSize: 8, offset: 16, count: 5 });
  expect(decodeEncodedExtent(bytesOfHex("0500 0000 efbe adde"), 0, 8)).toMatchObject({
    length: 5,
    physical: 0xdeadbeef,
    algorithm: undefined,
    fragmentOffset: 0xdeadbeef * 2 ** 32 + 5,
  });
  const wide = bytesOfHex("0500 0018 01000000 02000000 03000000 04000000 000000000000000000000000");
  expect(decodeEncodedExtent(wide, 0, 32)).toMatchObject({
    length: 5,
    physical: 2 * 2 ** 32 + 1,
    logical: 4 * 2 ** 32 + 3,
    algorithm: 0,
    partial: true,
  });
});

describe("damaged records", () => {
  test("cut off", () => {
    expect(() => decodeEncodedExtent(variable, 56, 16)).toThrow(CorruptImage);
  });

  test("unknown algorithm", () => {
    const extent = decodeEncodedExtent(bytesOfHex("0500 0050"), 0, 4);
    expect(() => checkEncodedExtent(extent)).toThrow(UnsupportedFeature);
    expect(() => checkEncodedExtent({ ...extent, algorithm: 3 })).not.toThrow();
  });

  test("numbers out of range", () => {
    const far = decodeEncodedExtent(bytesOfHex("0500 0010 00000000 00002000 00000000"), 0, 16);
    expect(() => checkEncodedExtent(far)).toThrow(CorruptImage);
  });
});
