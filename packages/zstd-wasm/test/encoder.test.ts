import type { Encoder } from "@erofs/compressor";
import { mixedBytes, randomBytes, runBytes, textBytes } from "@erofs/compressor/conformance";
import { array, assert, constantFrom, integer, oneof, property, tuple, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { zstd } from "../src/index.ts";
import { decodeStrictly } from "./strict-decoder.ts";

const create = (level: number, maxOutput: number, dictSize?: number): Encoder =>
  zstd.createEncoder({ level, maxOutput, ...(dictSize === undefined ? {} : { dictSize }) }) as Encoder;

/** Fast ones that find matches by five bytes and by four, lazy ones likewise, one of optimal cost, and the best of three. */
describe.each([1, 3, 4, 9, 14, 19])("zstd of level %i", (level) => {
  it("leaves few bytes of the output unused", () => {
    const encoder = create(level, 16384);
    for (const input of [textBytes(100_000, 22), randomBytes(40_000, 23)]) {
      for (const capacity of [16, 31, 32, 100, 272, 1000, 4096]) {
        const output = new Uint8Array(capacity);
        const { consumed, produced } = encoder.encode(input, output);
        expect(produced).toBeGreaterThanOrEqual(capacity - 4);
        const decoded = decodeStrictly(output.subarray(0, produced), consumed);
        expect(Buffer.compare(decoded, input.subarray(0, consumed))).toBe(0);
      }
    }
  });

  it("keeps the format's rules for any input and output", () => {
    const encoder = create(level, 4096, 1024);
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
        if (produced === 0) return consumed === 0 && (capacity < 10 || input.length === 0);
        const decoded = decodeStrictly(output.subarray(0, produced), consumed, 1024);
        expect(decoded).toEqual(input.subarray(0, consumed));
        return consumed > 0;
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it("starts its tables over when the virtual positions run out", () => {
    const encoder = create(level, 131_072, 1 << 20);
    const input = mixedBytes(3000, 24);
    const expected = new Uint8Array(256);
    const { consumed, produced } = { ...encoder.encode(input, expected) };
    const output = new Uint8Array(256);
    // each cluster takes more than 1 << 20 positions out of 1 << 32
    const differing: number[] = [];
    for (let count = 0; count < 4200; count++) {
      const result = encoder.encode(input.subarray(0, 14), output);
      if (result.consumed !== 14) differing.push(count);
      if (count < 3900 && count % 100 !== 0) continue;
      const again = encoder.encode(input, output);
      const same =
        again.consumed === consumed && again.produced === produced && Buffer.compare(output, expected) === 0;
      if (!same) differing.push(count);
    }
    expect(differing).toEqual([]);
  });

  it("puts megabytes of zeros into a few blocks", () => {
    const encoder = create(level, 65536);
    const output = new Uint8Array(65536);
    const { consumed, produced } = encoder.encode(new Uint8Array(5 << 20), output);
    expect(consumed).toBe(4 << 20);
    expect(produced).toBeLessThan(200);
  });

  it("takes long matches", () => {
    const unit = textBytes(5000, 27);
    const input = Buffer.concat(Array.from({ length: 20 }, () => unit));
    const output = new Uint8Array(32_768);
    const once = create(level, 32_768).encode(unit, output).produced;
    const { consumed, produced } = create(level, 32_768).encode(input, output);
    expect(consumed).toBe(input.length);
    expect(produced).toBeLessThan(once + 60);
  });

  it("reaches no farther back than the window", () => {
    const noise = randomBytes(3000, 25);
    const input = Uint8Array.from([...noise, ...noise]);
    const sizes = [1024, 2048, 4096].map((dictSize) => {
      const output = new Uint8Array(8192);
      const { consumed, produced } = create(level, 8192, dictSize).encode(input, output);
      expect(decodeStrictly(output.subarray(0, produced), consumed, dictSize)).toEqual(input);
      return produced;
    });
    expect(sizes[0]).toBeGreaterThan(6000);
    expect(sizes[1]).toBeGreaterThan(6000);
    expect(sizes[2]).toBeLessThan(3200);
  });

  it("takes the same way wherever the input stands", () => {
    const run = mixedBytes(60_000, 26);
    const { window } = create(level, 4096) as Encoder & Required<Encoder>;
    const fresh = create(level, 4096);
    const differing: number[] = [];
    for (const start of [0, 1, 2, 3, 4097, 30_011]) {
      window.input.set(run);
      window.begin(run.length);
      const { consumed, produced } = window.encodeAt(start, 4096);
      const expected = new Uint8Array(4096);
      const other = fresh.encode(run.subarray(start), expected);
      const same =
        other.consumed === consumed &&
        Buffer.compare(window.output.subarray(0, produced), expected.subarray(0, other.produced)) === 0;
      if (!same) differing.push(start);
    }
    expect(differing).toEqual([]);
  });

  it("refuses what does not fit", () => {
    expect(() => create(level, 0)).toThrow("maxOutput 0");
    expect(() => create(level, 1.5)).toThrow("maxOutput 1.5");
    expect(() => create(level, 4096, 512)).toThrow("dictSize 512");
    expect(() => create(level, 4096, 2 << 20)).toThrow("dictSize 2097152");
    const encoder = create(level, 4096);
    expect(() => encoder.encode(new Uint8Array(10), new Uint8Array(4097))).toThrow("capacity 4097");
    const window = encoder.window!;
    expect(() => window.begin(window.input.length + 1)).toThrow("does not fit a window");
    window.begin(100);
    expect(() => window.encodeAt(101, 4096)).toThrow("start 101");
    expect(() => window.encodeAt(0, -1)).toThrow("capacity -1");
    expect(window.encodeAt(100, 4096)).toEqual({ consumed: 0, produced: 0 });
  });
});

describe("zstd", () => {
  it("encodes runs, noise and text at every level", () => {
    const input = Buffer.concat([
      textBytes(9000, 31),
      new Uint8Array(3000),
      randomBytes(700, 32),
      runBytes(4000, 33),
    ]);
    const wrong: number[] = [];
    for (let level = 0; level <= 22; level++) {
      const output = new Uint8Array(32768);
      const { consumed, produced } = create(level, 32768).encode(input, output);
      const decoded = decodeStrictly(output.subarray(0, produced), input.length);
      if (consumed !== input.length || Buffer.compare(decoded, input) !== 0) wrong.push(level);
    }
    expect(wrong).toEqual([]);
  });

  it("gets smaller with the level", () => {
    const input = textBytes(200_000, 34);
    const sizes = [1, 3, 9, 15].map(
      (level) => create(level, 1 << 17).encode(input, new Uint8Array(1 << 17)).produced,
    );
    for (const [index, size] of sizes.slice(1).entries()) expect(size).toBeLessThan(sizes[index]!);
  });

  it("splits a block where its statistics change", () => {
    // lines whose ends are the same, of digits first and of letters then
    const lines = (seed: number, first: number, count: number): Uint8Array =>
      randomBytes(30_000, seed).map((byte, at) => (at % 64 < 16 ? 33 + (at % 16) : first + (byte % count)));
    const input = Buffer.concat([lines(35, 48, 10), lines(36, 97, 16)]);
    const [once, split] = [13, 19].map(
      (level) => create(level, 65536).encode(input, new Uint8Array(65536)).produced,
    );
    expect(split).toBeLessThan(once! * 0.92);
  });

  it("takes level 0 for its default", () => {
    const input = mixedBytes(50_000, 37);
    const [zero, three] = [0, 3].map((level) => {
      const output = new Uint8Array(4096);
      return { ...create(level, 4096).encode(input, output), output };
    });
    expect(zero).toEqual(three);
  });
});

describe("config", () => {
  it("holds the window, eight times the largest cluster unless given", () => {
    const windowBits = (maxOutput: number, dictSize?: number): number =>
      zstd.config({
        level: 3,
        maxOutput,
        blockSize: 4096,
        ...(dictSize === undefined ? {} : { dictSize }),
      })[1]! + 10;
    expect(windowBits(4096)).toBe(15);
    expect(windowBits(65536)).toBe(19);
    expect(windowBits(1 << 20)).toBe(20);
    expect(windowBits(12_288)).toBe(16);
    expect(windowBits(64)).toBe(10);
    expect(windowBits(4096, 1024)).toBe(10);
    expect(windowBits(4096, 1025)).toBe(11);
    expect([...zstd.config({ level: 3, maxOutput: 4096, blockSize: 4096 })]).toEqual([0, 5, 0, 0, 0, 0]);
  });
});
