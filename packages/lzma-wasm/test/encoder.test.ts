import type { Encoder } from "@erofs/compressor";
import { mixedBytes, randomBytes, textBytes } from "@erofs/compressor/conformance";
import { array, assert, constantFrom, integer, oneof, property, tuple, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { lzma } from "../src/index.ts";
import { decodeStrictly } from "./strict-decoder.ts";

const create = (level: number, maxOutput: number, more: object = {}): Encoder =>
  lzma.createEncoder({ level, maxOutput, ...more }) as Encoder;

/** Encodes and decodes; returns what the encoder said. */
function roundTrip(
  encoder: Encoder,
  input: Uint8Array,
  capacity: number,
): { consumed: number; produced: number } {
  const output = new Uint8Array(capacity);
  const { consumed, produced } = encoder.encode(input, output);
  const decoded = decodeStrictly(output.subarray(0, produced), consumed);
  expect(Buffer.compare(decoded, input.subarray(0, consumed))).toBe(0);
  return { consumed, produced };
}

/** The most bytes that a symbol can take: an output with more room left could have taken another one. */
const SYMBOL = 22;

describe.each([0, 4, 6, 109])("level %i", (level) => {
  it("fills the output up to the last symbol", () => {
    const encoder = create(level, 65536);
    for (const input of [mixedBytes(60_000, 21), textBytes(60_000, 22), randomBytes(9000, 23)]) {
      for (const capacity of [6, 10, 16, 31, 64, 100, 273, 4096]) {
        const { consumed, produced } = roundTrip(encoder, input, capacity);
        expect(consumed).toBeGreaterThan(0);
        expect(consumed === input.length || produced > capacity - SYMBOL).toBe(true);
      }
    }
  });

  it("encodes any input into any output", () => {
    const encoder = create(level, 4096);
    const piece = oneof(
      uint8Array({ maxLength: 40 }),
      tuple(integer({ min: 0, max: 3 }), integer({ min: 1, max: 700 })).map(([byte, count]) =>
        new Uint8Array(count).fill(byte),
      ),
      constantFrom(textBytes(90, 1), textBytes(300, 2)),
    );
    assert(
      property(array(piece, { maxLength: 12 }), integer({ min: 1, max: 400 }), (pieces, capacity) => {
        const input = Uint8Array.from(pieces.flatMap((bytes) => [...bytes]));
        const output = new Uint8Array(capacity);
        const { consumed, produced } = encoder.encode(input, output);
        if (produced === 0) return consumed === 0 && (capacity < 6 || input.length === 0);
        expect(decodeStrictly(output.subarray(0, produced), consumed)).toEqual(input.subarray(0, consumed));
        return consumed === input.length || produced > capacity - SYMBOL;
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it("encodes one byte, and no byte", () => {
    const encoder = create(level, 4096);
    expect(roundTrip(encoder, Uint8Array.of(255), 6)).toEqual({ consumed: 1, produced: 6 });
    expect(encoder.encode(new Uint8Array(0), new Uint8Array(100))).toEqual({ consumed: 0, produced: 0 });
    expect(encoder.encode(new Uint8Array(100), new Uint8Array(5))).toEqual({ consumed: 0, produced: 0 });
  });

  it("puts a window of zeros into a large cluster", () => {
    const encoder = create(level, 1 << 20);
    const { consumed, produced } = encoder.encode(new Uint8Array(5 << 20), new Uint8Array(1 << 20));
    expect(consumed).toBe(4 << 20);
    expect(produced).toBeLessThan(1000);
  });
});

describe("lzma", () => {
  it("takes all contexts that the format allows", () => {
    const input = mixedBytes(12_000, 24);
    const distinct = new Set<number>();
    for (let lc = 0; lc <= 4; lc++) {
      for (let lp = 0; lc + lp <= 4; lp++) {
        for (let pb = 0; pb <= 4; pb++) {
          const encoder = create(pb % 2 === 0 ? 4 : 1, 4096, { extra: { lc, lp, pb } });
          const output = new Uint8Array(4096);
          const { consumed, produced } = encoder.encode(input, output);
          expect(output[0]).toBe(255 - ((pb * 5 + lp) * 9 + lc));
          const decoded = decodeStrictly(output.subarray(0, produced), consumed);
          expect(Buffer.compare(decoded, input.subarray(0, consumed))).toBe(0);
          distinct.add(output[0]!);
        }
      }
    }
    expect(distinct.size).toBe(15 * 5);
  });

  it("leaves room for lp unless told otherwise", () => {
    const first = (extra: Record<string, number>): number => {
      const output = new Uint8Array(100);
      create(6, 100, { extra }).encode(new Uint8Array(10), output);
      return 255 - output[0]!;
    };
    expect(first({})).toBe((2 * 5 + 0) * 9 + 3);
    expect(first({ lp: 3 })).toBe((2 * 5 + 3) * 9 + 1);
    expect(() => create(6, 100, { extra: { lp: 3, lc: 2 } })).toThrow("lc 2 and lp 3");
  });

  it("finds matches no farther than the dictionary", () => {
    const input = randomBytes(3 * 4096, 25);
    for (const back of [4095, 4097]) {
      input.copyWithin(2 * 4096, 2 * 4096 - back, 2 * 4096 - back + 600);
      const { produced } = roundTrip(create(6, 1 << 20, { dictSize: 4096 }), input, 1 << 20);
      expect(produced > 3 * 4096).toBe(back > 4096);
    }
  });

  it("gets smaller with the level", () => {
    const input = textBytes(200_000, 26);
    const sizes = [0, 2, 9].map((level) => roundTrip(create(level, 1 << 20), input, 1 << 20).produced);
    for (const [index, size] of sizes.slice(1).entries()) expect(size).toBeLessThan(sizes[index]!);
  });

  it.each([1, 6])("starts its tables over when the virtual positions run out, level %i", (level) => {
    // with the largest dictionary, a cluster takes at least 4 MiB of the 4 GiB
    const encoder = create(level, 4096, { dictSize: 8 << 20 });
    const input = mixedBytes(3000, 27);
    const expected = new Uint8Array(512);
    const { consumed, produced } = { ...encoder.encode(input, expected) };
    const output = new Uint8Array(512);
    const differing: number[] = [];
    for (let count = 0; count < 1100; count++) {
      const again = encoder.encode(input, output);
      const same =
        again.consumed === consumed && again.produced === produced && Buffer.compare(output, expected) === 0;
      if (!same) differing.push(count);
    }
    expect(differing).toEqual([]);
  });

  it("refuses what does not fit", () => {
    expect(() => create(6, 0)).toThrow("maxOutput 0");
    expect(() => create(6, 1.5)).toThrow("maxOutput 1.5");
    expect(() => create(110, 4096)).toThrow("110");
    expect(() => create(6, 4096, { dictSize: 4095 })).toThrow("dictionary size 4095");
    expect(() => create(6, 4096, { extra: { pb: 5 } })).toThrow("pb 5");
    const encoder = create(6, 4096);
    expect(() => encoder.encode(new Uint8Array(10), new Uint8Array(4097))).toThrow("capacity 4097");
    const window = encoder.window!;
    expect(() => window.begin(window.input.length + 1)).toThrow("does not fit a window");
    window.begin(100);
    expect(() => window.encodeAt(101, 4096)).toThrow("start 101");
    expect(() => window.encodeAt(0, -1)).toThrow("capacity -1");
    expect(window.encodeAt(100, 4096)).toEqual({ consumed: 0, produced: 0 });
  });
});

describe("config", () => {
  it("holds the dictionary's size, as mkfs.erofs chooses it", () => {
    const dictSize = (maxOutput: number, asked?: number): number => {
      const given = asked === undefined ? {} : { dictSize: asked };
      const record = lzma.config({ level: 6, maxOutput, blockSize: 4096, ...given });
      expect(record.length).toBe(14);
      expect(record.subarray(4).every((byte) => byte === 0)).toBe(true);
      return new DataView(record.buffer).getUint32(0, true);
    };
    expect(dictSize(4096)).toBe(32768);
    expect(dictSize(65536)).toBe(262144);
    expect(dictSize(4 << 20)).toBe(8 << 20);
    expect(dictSize(65536, 4096)).toBe(4096);
    expect(() => dictSize(65536, 16 << 20)).toThrow("dictionary size 16777216");
  });
});
