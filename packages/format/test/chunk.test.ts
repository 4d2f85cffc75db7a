import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  BuildError,
  type Chunk,
  chunkCount,
  chunkEntrySize,
  ChunkFormat,
  chunkSizeBitsFor,
  chunkSizeOf,
  chunkTableOffset,
  decodeChunk,
  deviceIdMask,
  encodeChunkTable,
  NULL_BLOCK,
  UnsupportedFeature,
} from "../src/index.ts";
import { bytesOfHex, hexOf } from "./hex.ts";

const WIDE = ChunkFormat.indexes | ChunkFormat.bit48;

function decodeAll(bytes: Uint8Array, format: number, mask: number): Chunk[] {
  const unit = chunkEntrySize(format);
  return Array.from({ length: bytes.length / unit }, (_, n) => decodeChunk(bytes, n * unit, format, mask));
}

test("indexes as mkfs.erofs writes them: 200000 bytes on device 1, chunks of 64 KiB", () => {
  const format = 0x24;
  const chunks = [0, 16, 32, 48].map((block) => ({ device: 1, block }));
  const hex = "0000 0100 0000 0000 0000 0100 1000 0000 0000 0100 2000 0000 0000 0100 3000 0000";
  expect(chunkSizeOf(format, 12)).toBe(65536);
  expect(chunkCount(format, 12, 200000)).toBe(4);
  expect(hexOf(encodeChunkTable(chunks, format))).toBe(hex.replaceAll(" ", ""));
  expect(decodeAll(bytesOfHex(hex), format, deviceIdMask(1))).toEqual(chunks);
});

test("a table is aligned to its entries", () => {
  expect(chunkTableOffset(0x500 + 20, 0)).toBe(0x514);
  expect(chunkTableOffset(0x500 + 20, ChunkFormat.indexes)).toBe(0x518);
  expect(chunkTableOffset(2 ** 40 + 1, ChunkFormat.indexes)).toBe(2 ** 40 + 8);
});

test("every table comes back, holes too", () => {
  const kinds = fc.constantFrom(
    { format: 3, blocks: 2 ** 32 - 2, devices: 0 },
    { format: ChunkFormat.indexes, blocks: 2 ** 32 - 2, devices: 0xffff },
    { format: WIDE, blocks: 2 ** 48 - 2, devices: 0xffff },
  );
  const tables = kinds.chain(({ format, blocks, devices }) =>
    fc.record({
      format: fc.constant(format),
      chunks: fc.array(
        fc.record({
          device: fc.nat(devices),
          block: fc.oneof(
            fc.constant(NULL_BLOCK),
            fc.integer({ min: 0, max: blocks }).filter((block) => block !== NULL_BLOCK),
          ),
        }),
      ),
    }),
  );
  fc.assert(
    fc.property(tables, ({ format, chunks }) => {
      expect(decodeAll(encodeChunkTable(chunks, format), format, 0xffff)).toEqual(chunks);
    }),
  );
});

test("a hole has ones in as many bits as count", () => {
  expect(hexOf(encodeChunkTable([{ device: 0, block: NULL_BLOCK }], 0))).toBe("ffffffff");
  expect(hexOf(encodeChunkTable([{ device: 0, block: NULL_BLOCK }], WIDE))).toBe("ffff0000ffffffff");
  expect(decodeChunk(bytesOfHex("1234 0000 ffff ffff"), 0, ChunkFormat.indexes, 0)).toEqual({
    device: 0,
    block: NULL_BLOCK,
  });
  expect(() => decodeChunk(bytesOfHex("0000 0000 ffff ffff"), 0, WIDE, 0)).toThrow(UnsupportedFeature);
});

test("device ids are masked by the number of devices", () => {
  expect([0, 1, 2, 3, 4, 7, 8, 65535].map(deviceIdMask)).toEqual([0, 1, 3, 3, 7, 7, 15, 65535]);
  expect(decodeChunk(bytesOfHex("0000 0700 0000 0000"), 0, ChunkFormat.indexes, 3).device).toBe(3);
});

test("the smallest chunk for a file", () => {
  expect(chunkSizeBitsFor(0, 12)).toBe(0);
  expect(chunkSizeBitsFor(4096, 12)).toBe(0);
  expect(chunkSizeBitsFor(4097, 12)).toBe(1);
  expect(chunkSizeBitsFor(2 ** 40, 9)).toBe(31);
  expect(() => chunkSizeBitsFor(2 ** 40 + 1, 9)).toThrow(BuildError);
});

test.each([
  [{ device: 1, block: 0 }, 0],
  [{ device: 65536, block: 0 }, ChunkFormat.indexes],
  [{ device: 0, block: 2 ** 32 }, ChunkFormat.indexes],
  [{ device: 0, block: 2 ** 48 - 1 }, WIDE],
  [{ device: 0, block: -1 }, WIDE],
])("%o does not fit format %i", (chunk, format) => {
  expect(() => encodeChunkTable([chunk], format)).toThrow(BuildError);
});
