import type { Compressor, Encoder } from "@erofs/compressor";
import { mixedBytes, randomBytes, runBytes, textBytes } from "@erofs/compressor/conformance";
import { array, assert, constantFrom, integer, oneof, property, tuple, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { lz4, lz4hc } from "../src/index.ts";
import { decodeStrictly } from "./strict-decoder.ts";

const create = (compressor: Compressor, level: number, maxOutput: number): Encoder =>
  compressor.createEncoder({ level, maxOutput }) as Encoder;

const variants = [
  ["lz4", lz4, 0],
  ["lz4hc 1", lz4hc, 1],
  ["lz4hc 9", lz4hc, 9],
  ["lz4hc 12", lz4hc, 12],
] as const;

describe.each(variants)("%s", (_, compressor, level) => {
  it("leaves at most one byte of the output unused", () => {
    const encoder = create(compressor, level, 65536);
    for (const input of [mixedBytes(500_000, 21), textBytes(500_000, 22), randomBytes(100_000, 23)]) {
      for (const capacity of [16, 31, 32, 100, 272, 273, 4096, 16384]) {
        const output = new Uint8Array(capacity);
        const { consumed, produced } = encoder.encode(input, output);
        expect(produced).toBeGreaterThanOrEqual(capacity - 1);
        const decoded = decodeStrictly(output.subarray(0, produced), consumed);
        expect(Buffer.compare(decoded, input.subarray(0, consumed))).toBe(0);
      }
    }
  });

  it("keeps the format's rules for any input and output", () => {
    const encoder = create(compressor, level, 4096);
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
        if (produced === 0) return consumed === 0 && (capacity === 1 || input.length === 0);
        expect(decodeStrictly(output.subarray(0, produced), consumed)).toEqual(input.subarray(0, consumed));
        return consumed === input.length || produced >= capacity - 1;
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it("starts its table over when the virtual positions run out", () => {
    const encoder = create(compressor, level, 4096);
    const input = mixedBytes(5000, 24);
    const expected = new Uint8Array(256);
    const { consumed, produced } = { ...encoder.encode(input, expected) };
    const output = new Uint8Array(256);
    // each cluster takes more than 65536 positions out of 2 ** 32
    const differing: number[] = [];
    for (let count = 0; count < 66_000; count++) {
      const result = encoder.encode(input.subarray(0, 14), output);
      if (result.consumed !== 14) differing.push(count);
      if (count < 65_000 && count % 500 !== 0) continue;
      const again = encoder.encode(input, output);
      const same =
        again.consumed === consumed && again.produced === produced && Buffer.compare(output, expected) === 0;
      if (!same) differing.push(count);
    }
    expect(differing).toEqual([]);
  });

  it("puts megabytes of zeros into a large cluster, up to its window", () => {
    const encoder = create(compressor, level, 1 << 20);
    const output = new Uint8Array(1 << 20);
    const { consumed, produced } = encoder.encode(new Uint8Array(5 << 20), output);
    expect(consumed).toBe(4 << 20);
    expect(produced).toBeLessThan(17_000);
  });

  it("refuses what does not fit", () => {
    expect(() => create(compressor, level, 0)).toThrow("maxOutput 0");
    expect(() => create(compressor, level, 1.5)).toThrow("maxOutput 1.5");
    const encoder = create(compressor, level, 4096);
    expect(() => encoder.encode(new Uint8Array(10), new Uint8Array(4097))).toThrow("capacity 4097");
    const window = encoder.window!;
    expect(() => window.begin(window.input.length + 1)).toThrow("does not fit a window");
    window.begin(100);
    expect(() => window.encodeAt(101, 4096)).toThrow("start 101");
    expect(() => window.encodeAt(0, -1)).toThrow("capacity -1");
    expect(window.encodeAt(100, 4096)).toEqual({ consumed: 0, produced: 0 });
  });
});

/** Bytes of the smallest parse, each place's longest match known, by the plainest dynamic programming. */
function smallestSize(input: Uint8Array): number {
  const extension = (length: number): number => (length < 15 ? 0 : Math.floor((length - 15) / 255) + 1);
  const cost = Array.from({ length: input.length + 1 }, () => Infinity);
  const literals = Array.from({ length: input.length + 1 }, () => 0);
  cost[0] = 0;
  for (let at = 0; at < input.length; at++) {
    const run = literals[at]! + 1;
    const byLiteral = cost[at]! + 1 + extension(run) - extension(run - 1);
    if (byLiteral < cost[at + 1]!) {
      cost[at + 1] = byLiteral;
      literals[at + 1] = run;
    }
    if (at > input.length - 12) continue;
    let longest = 0;
    for (let from = Math.max(0, at - 65535); from < at; from++) {
      let length = 0;
      while (at + length < input.length - 5 && input[from + length] === input[at + length]) length++;
      longest = Math.max(longest, length);
    }
    for (let length = 4; length <= longest; length++) {
      const byMatch = cost[at]! + 3 + extension(length - 4);
      if (byMatch <= cost[at + length]!) {
        cost[at + length] = byMatch;
        literals[at + length] = 0;
      }
    }
  }
  return cost[input.length]! + 1;
}

describe("lz4hc", () => {
  it.each([
    ["text", textBytes(6000, 31)],
    ["a mix", mixedBytes(9000, 33)],
    ["runs", runBytes(1500, 32)],
  ])("comes within 1/1000 of the smallest parse of %s at level 12", (_, input) => {
    const output = new Uint8Array(16384);
    const { consumed, produced } = create(lz4hc, 12, 16384).encode(input, output);
    expect(consumed).toBe(input.length);
    const smallest = smallestSize(input);
    expect(produced).toBeGreaterThanOrEqual(smallest);
    expect(produced).toBeLessThanOrEqual(Math.ceil(smallest * 1.001));
  });

  it("gets smaller with the level, and than lz4", () => {
    const input = textBytes(300_000, 34);
    const sizeOf = (compressor: Compressor, level: number): number =>
      create(compressor, level, 1 << 20).encode(input, new Uint8Array(1 << 20)).produced;
    const sizes = [1, 3, 6, 9, 12].map((level) => sizeOf(lz4hc, level));
    expect(sizes[0]).toBeLessThan(sizeOf(lz4, 0));
    for (const [index, size] of sizes.slice(1).entries()) expect(size).toBeLessThan(sizes[index]!);
  });

  it("takes level 0 for its default", () => {
    const input = mixedBytes(50_000, 35);
    const [zero, nine] = [0, 9].map((level) => {
      const output = new Uint8Array(4096);
      return { ...create(lz4hc, level, 4096).encode(input, output), output };
    });
    expect(zero).toEqual(nine);
  });
});

describe("config", () => {
  it("holds the farthest match and the largest cluster in blocks", () => {
    const record = lz4hc.config({ level: 9, maxOutput: 65536, blockSize: 4096 });
    expect([...record]).toEqual([0xff, 0xff, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(lz4.config({ level: 0, maxOutput: 4096, blockSize: 65536 })[2]).toBe(1);
  });
});
