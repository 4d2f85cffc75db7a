import { describe, expect, test } from "vitest";
import {
  BuildError,
  decodeEncodedExtent,
  decodeMapHeader,
  encodedExtentsSize,
  encodeExtents,
  extentEncodingOf,
  extentTableOf,
  type ExtentToEncode,
} from "../../src/index.ts";
import { bytesOfHex, hexOf } from "../hex.ts";

const BITS = 12;

/** Extents of these lengths, each stored in `stored` bytes behind the one before, from `start` on. */
function extentsOf(lengths: readonly number[], stored: number, start: number): ExtentToEncode[] {
  let logical = 0;
  return lengths.map((length, i) => {
    const extent = { logical, physical: start + i * stored, stored, algorithm: i % 2 === 0 ? 3 : undefined };
    logical += length;
    return extent;
  });
}

const sum = (lengths: readonly number[]) => lengths.reduce((total, each) => total + each, 0);

describe("the shortest records", () => {
  const equal = [16384, 16384, 16384, 9464];
  const scattered = extentsOf(equal, 4096, 8192).toReversed();
  const reordered = extentsOf(equal, 4096, 8192).map((extent, i) => ({
    ...extent,
    physical: scattered[i]!.physical,
  }));
  test.each([
    ["equal lengths side by side", extentsOf(equal, 4096, 8192), equal, false, 4],
    ["the same beyond 4 GiB", extentsOf(equal, 4096, 2 ** 45), equal, false, 4],
    ["equal lengths in any order", reordered, equal, false, 8],
    ["several lengths", extentsOf([36570, 28611, 9819], 4096, 0x18000), [36570, 28611, 9819], false, 16],
    ["a last extent that is longer", extentsOf([4096, 8000], 4096, 0), [4096, 8000], false, 16],
    ["a file above 4 GiB", extentsOf([2 ** 33, 5], 4096, 0), [2 ** 33, 5], false, 32],
    [
      "a fragment beyond 4 GiB",
      [
        ...extentsOf([16384], 4096, 0),
        { logical: 16384, physical: 2 ** 33, stored: 0, algorithm: undefined },
      ],
      [16384, 100],
      true,
      8,
    ],
  ] as const)("for %s", (_, extents, lengths, hasFragment, recordSize) => {
    const fileSize = sum(lengths);
    const encoding = extentEncodingOf(extents, fileSize, BITS, hasFragment);
    expect(encoding.recordSize).toBe(recordSize);
    for (const headerOffset of [0, 8, 16, 24]) {
      const bytes = encodeExtents(extents, encoding, headerOffset, { hasFragment, interlaced: false });
      expect(bytes.length).toBe(encodedExtentsSize(recordSize, extents.length, headerOffset));
      const header = decodeMapHeader(bytes);
      const table = extentTableOf(header, headerOffset, fileSize, BITS);
      expect(table).toMatchObject({ recordSize, count: extents.length });
      let position = extents[0]!.physical;
      for (const [i, { logical, physical, stored, algorithm }] of extents.entries()) {
        const at = table.offset - headerOffset + i * recordSize;
        const { length, fragmentOffset, ...decoded } = decodeEncodedExtent(bytes, at, recordSize);
        const isFragment = hasFragment && i + 1 === extents.length;
        expect(isFragment ? fragmentOffset : recordSize === 4 ? position : decoded.physical).toBe(physical);
        expect(isFragment ? stored : length).toBe(stored);
        expect(isFragment ? algorithm : decoded.algorithm).toBe(algorithm);
        expect(recordSize > 8 ? decoded.logical : i * table.extentSize).toBe(logical);
        position += stored;
      }
    }
  });
});

const plain = { hasFragment: false, interlaced: false };

test("bytes of mkfs.erofs come out the same", () => {
  const extents = [
    { logical: 0, physical: 0x18000, stored: 16384, algorithm: 0 },
    { logical: 36570, physical: 0x1c000, stored: 16384, algorithm: 0 },
    { logical: 65181, physical: 0x20000, stored: 8192, algorithm: 0 },
  ];
  const bytes = encodeExtents(extents, extentEncodingOf(extents, 75000, BITS, false), 8, plain);
  expect(hexOf(bytes)).toBe(
    hexOf(
      bytesOfHex(
        "0300 0000 0500 0000 0040 0010 0080 0100 0000 0000 0000 0000" +
          "0040 0010 00c0 0100 0000 0000 da8e 0000 0020 0010 0000 0200 0000 0000 9dfe 0000",
      ),
    ),
  );
});

test.each([
  ["an algorithm that Linux does not know", { algorithm: 4 }],
  ["a cluster above 1 MiB", { stored: (1 << 20) + 1 }],
  ["a place beyond all numbers", { physical: 2 ** 53 }],
])("%s is not encoded", (_, fields) => {
  const extent = { logical: 0, physical: 0, stored: 4096, algorithm: 0, ...fields };
  expect(() => encodeExtents([extent], { recordSize: 16, lclusterBits: 0 }, 0, plain)).toThrow(BuildError);
});
