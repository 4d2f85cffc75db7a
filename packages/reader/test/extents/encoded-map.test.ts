import { DataLayout, FeatureIncompat, MapAdvise } from "@erofs/format";
import { checkSync, memorySource, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { HandImage, lz4Run } from "../support/hand-image.ts";
import { prose } from "../support/random.ts";

const BLOCK = 4096;
const SIZE = 5 * BLOCK + 100;
const LZ4 = 1 << 28;

function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32LE(value >>> 0, i * 4));
  return bytes;
}

/** Five runs of one byte and a plain end, stored byte by byte one behind the other, at an odd position. */
function storedExtents() {
  const content = Buffer.concat([
    ...[0x61, 0x62, 0x63, 0x64, 0x65].map((byte) => Buffer.alloc(BLOCK, byte)),
    prose(100, 1),
  ]);
  const parts = [0, 1, 2, 3, 4].map((i) => lz4Run(0x61 + i, BLOCK));
  parts.push(content.subarray(5 * BLOCK));
  return { content, parts };
}

function imageWith(index: (start: number, plens: number[]) => Buffer, code: number, count = 0, extra = 0) {
  const image = new HandImage();
  const { content, parts } = storedExtents();
  const start = image.data(Buffer.concat([Buffer.alloc(3), ...parts])) * BLOCK + 3;
  const plens = parts.map(({ length }, i) => (i < 5 ? length | LZ4 : length));
  const header = u32(count, MapAdvise.extents | (code << 1) | extra);
  // Aligned to 32 bytes with the header 8 before a boundary, so that all record sizes begin right behind it.
  const nid = image.reserve(400);
  const body = Buffer.concat([Buffer.alloc(24), header, index(start, plens)]);
  image.inode(
    { mode: 0o100644, size: SIZE, layout: DataLayout.compressedFull },
    { nid, body: body.subarray(24), align: 8 },
  );
  const root = image.directory([["file", nid, 1]]);
  const bytes = image.build({
    rootNid: root,
    featureIncompat: FeatureIncompat.lz4ZeroPadding | FeatureIncompat.bit48,
  });
  return { image: openSync(memorySource(bytes)), bytes, content };
}

/** Bytes up to the next multiple of the record size: the header stands at 64 of an inode aligned to 32. */
const gap = (recordSize: number) => Buffer.alloc((recordSize - (8 % recordSize)) % recordSize);

const positions = (start: number, plens: number[]) =>
  plens.map((_, i) => plens.slice(0, i).reduce((sum, plen) => sum + (plen & 0x1fffff), start));

const layouts = [
  [4, 0, 0, (start: number, plens: number[]) => Buffer.concat([gap(4), u32(start, 0), u32(...plens)])],
  [
    8,
    1,
    0,
    (start: number, plens: number[]) => {
      const at = positions(start, plens);
      return Buffer.concat(plens.map((plen, i) => u32(plen, at[i] as number)));
    },
  ],
  [
    16,
    2,
    6,
    (start: number, plens: number[]) => {
      const at = positions(start, plens);
      return Buffer.concat([gap(16), ...plens.map((plen, i) => u32(plen, at[i] as number, 0, i * BLOCK))]);
    },
  ],
  [
    32,
    3,
    6,
    (start: number, plens: number[]) => {
      const at = positions(start, plens);
      return Buffer.concat([
        gap(32),
        ...plens.map((plen, i) => u32(plen, at[i] as number, 0, i * BLOCK, 0, 0, 0, 0)),
      ]);
    },
  ],
] as const;

describe.each(layouts)("encoded extents of %i bytes", (_recordSize, code, count, index) => {
  it("are read in any order", () => {
    const { image, bytes, content } = imageWith(index, code, count);
    const node = image.lookup("file");
    expect(Buffer.compare(image.read(node), content)).toBe(0);
    for (const offset of [20_500, 3, 8191, 16_000, 0]) {
      const part = image.read(node, offset, 5000);
      expect(Buffer.compare(part, content.subarray(offset, offset + 5000))).toBe(0);
    }
    expect(image.extents(node).map(({ kind, length }) => [kind, length])).toEqual([
      ...Array.from({ length: 5 }, () => ["compressed", BLOCK]),
      ["plain", 100],
    ]);
    expect(checkSync(memorySource(bytes)).faults).toEqual([]);
  });

  it("may be holes", () => {
    const withHole = (start: number, plens: number[]) =>
      index(
        start,
        plens.map((plen, i) => (i === 5 ? 0 : plen)),
      );
    const { image, content } = imageWith(withHole, code, count);
    const node = image.lookup("file");
    const expected = Buffer.from(content).fill(0, 5 * BLOCK);
    expect(Buffer.compare(image.read(node), expected)).toBe(0);
    expect(image.dataRanges(node)).toEqual([{ offset: 0, length: 5 * BLOCK }]);
  });

  it("name an algorithm that is missing", () => {
    const zstd = (start: number, plens: number[]) =>
      index(
        start,
        plens.map((plen, i) => (i === 0 ? plen + 3 * LZ4 : plen)),
      );
    const { image } = imageWith(zstd, code, count);
    expect(() => image.read(image.lookup("file"))).toThrow(/Zstandard/);
  });
});

describe("damaged tables of encoded extents", () => {
  const [, code, count, index] = layouts[2];

  it.each([
    ["no record", 0, index],
    ["more records than the image holds", 2 ** 31, index],
    [
      "a first record that does not start with the file",
      6,
      (start: number, plens: number[]) => {
        const table = index(start, plens);
        table.writeUInt32LE(1, 8 + 12);
        return table;
      },
    ],
    [
      "records out of order",
      6,
      (start: number, plens: number[]) => {
        const table = index(start, plens);
        table.writeUInt32LE(4 * BLOCK, 8 + 16 + 12);
        return table;
      },
    ],
  ] as const)("with %s are refused", (_what, records, table) => {
    const { image } = imageWith(table, code, records);
    expect(() => image.read(image.lookup("file"))).toThrow(expect.objectContaining({ code: "EUCLEAN" }));
    expect(count).toBe(6);
  });
});
