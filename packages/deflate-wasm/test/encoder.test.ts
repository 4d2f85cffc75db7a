import type { Encoder } from "@erofs/compressor";
import { mixedBytes, randomBytes, runBytes, seededRandom, textBytes } from "@erofs/compressor/conformance";
import { array, assert, constantFrom, integer, oneof, property, tuple, uint8Array } from "fast-check";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { deflate } from "../src/index.ts";
import { inflateExactly } from "./inflate.ts";

const create = (level: number, maxOutput: number, dictSize?: number): Encoder & Required<Encoder> =>
  deflate.createEncoder({ level, maxOutput, ...(dictSize ? { dictSize } : {}) }) as Required<Encoder>;

interface Encoded {
  readonly consumed: number;
  readonly stream: Uint8Array;
}

function encode(encoder: Encoder, input: Uint8Array, capacity: number): Encoded {
  const output = new Uint8Array(capacity);
  const { consumed, produced } = encoder.encode(input, output);
  return { consumed, stream: output.subarray(0, produced) };
}

function expectDecodes({ consumed, stream }: Encoded, input: Uint8Array): void {
  expect(Buffer.compare(inflateExactly(stream, consumed), input.subarray(0, consumed))).toBe(0);
}

/** Bytes of few values, text and noise in turn: each wants a code of its own. */
function stretches(length: number, seed: number): Uint8Array {
  const next = seededRandom(seed);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 9000) {
    const size = Math.min(9000, length - at);
    const kind = next() % 3;
    if (kind === 0) bytes.set(textBytes(size, next()), at);
    else
      bytes.set(
        randomBytes(size, next()).map((byte) => (kind === 1 ? byte : 0xe0 + (byte & 7))),
        at,
      );
  }
  return bytes;
}

const levels = [1, 4, 6, 9, 12];

describe.each(levels)("level %i", (level) => {
  it("leaves hardly a byte of the output unused", () => {
    const encoder = create(level, 65536);
    for (const input of [mixedBytes(300_000, 21), textBytes(300_000, 22), stretches(200_000, 23)]) {
      for (const capacity of [64, 100, 1000, 4096, 16384]) {
        const encoded = encode(encoder, input, capacity);
        expectDecodes(encoded, input);
        expect(encoded.consumed).toBeLessThan(input.length);
        expect(encoded.stream.length).toBeGreaterThanOrEqual(capacity - 3);
      }
    }
  });

  it("stores what does not shrink, with a first byte that is not zero", () => {
    const encoder = create(level, 1 << 20);
    const input = randomBytes(400_000, 24);
    for (const capacity of [100, 4096, 65536, 65545, 65546, 140_000, 1 << 20]) {
      const encoded = encode(encoder, input, capacity);
      expectDecodes(encoded, input);
      expect(encoded.stream[0]).not.toBe(0);
      const blocks = Math.ceil(capacity / 40960);
      expect(encoded.consumed).toBeGreaterThanOrEqual(Math.min(input.length, capacity - 6 * blocks));
    }
  });

  it("takes any input and output", () => {
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
        const encoded = encode(encoder, input, capacity);
        if (encoded.stream.length === 0) {
          return encoded.consumed === 0 && (capacity < 4 || input.length === 0);
        }
        expectDecodes(encoded, input);
        return encoded.stream[0] !== 0;
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it("cuts large clusters of many blocks from its window as from the same bytes alone", () => {
    const encoder = create(level, 1 << 20);
    const plain = create(level, 1 << 20);
    const run = Buffer.concat([stretches(500_000, 25), mixedBytes(300_000, 26), new Uint8Array(300_000)]);
    encoder.window.input.set(run);
    encoder.window.begin(run.length);
    const capacities = [4096, 200_000, 4096, 65536];
    for (let start = 0, index = 0; start < run.length; index++) {
      const capacity = capacities[index % capacities.length]!;
      const { consumed, produced } = encoder.window.encodeAt(start, capacity);
      const stream = encoder.window.output.slice(0, produced);
      expectDecodes({ consumed, stream }, run.subarray(start));
      const alone = encode(plain, run.subarray(start), capacity);
      expect(consumed).toBe(alone.consumed);
      expect(Buffer.compare(stream, alone.stream)).toBe(0);
      start += consumed;
    }
  });
});

it("splits blocks where the data change", () => {
  const input = stretches(200_000, 27);
  const { consumed, stream } = encode(create(6, 1 << 20), input, 1 << 20);
  expect(consumed).toBe(input.length);
  // zlib begins a new block after so many symbols, wherever that is
  expect(stream.length).toBeLessThan(0.95 * deflateRawSync(input, { level: 9, memLevel: 9 }).length);
});

it.each([1, 6, 12])("keeps matches of level %i within the dictionary", (level) => {
  const input = Buffer.concat([textBytes(40_000, 28), runBytes(40_000, 29), textBytes(40_000, 28)]);
  let before = 0;
  for (const [dictSize, windowBits] of [
    [32768, 15],
    [4096, 12],
    [512, 9],
  ] as const) {
    const { consumed, stream } = encode(create(level, 65536, dictSize), input, 65536);
    expect(consumed).toBe(input.length);
    // zlib refuses what reaches farther
    expect(Buffer.compare(inflateRawSync(stream, { windowBits }), input)).toBe(0);
    expect(stream.length).toBeGreaterThan(before);
    before = stream.length;
  }
});

it("starts its tables over when the virtual positions run out", () => {
  const encoder = create(1, 4096);
  const input = mixedBytes(5000, 30);
  const expected = encode(encoder, input, 256);
  // a run takes 8 Mi positions out of 2 ** 32
  for (let count = 0; count < 1100; count++) {
    const again = encode(encoder, count % 3 === 0 ? input : input.subarray(0, 20), 256);
    if (count % 3 !== 0) continue;
    expect(again.consumed).toBe(expected.consumed);
    expect(Buffer.compare(again.stream, expected.stream)).toBe(0);
  }
});

it("puts megabytes of zeros into a cluster, up to its window", () => {
  const { consumed, stream } = encode(create(1, 65536), new Uint8Array(5 << 20), 65536);
  expect(consumed).toBe(4 << 20);
  expect(stream.length).toBeLessThan(4200);
});

it.each([10, 12])("takes input with many matches at every place, level %i", (level) => {
  const input = randomBytes(100_000, 34).map((byte) => byte & 1);
  const encoded = encode(create(level, 65536), input, 65536);
  expect(encoded.consumed).toBe(input.length);
  expectDecodes(encoded, input);
});

it.each([10, 12])("takes input that ends with a match of any length, level %i", (level) => {
  const encoder = create(level, 65536);
  const text = textBytes(900, 35);
  for (let length = 1; length <= 40; length++) {
    for (let from = 0; from < 400; from += 7) {
      const input = Buffer.concat([text, randomBytes(1, from), text.subarray(from, from + length)]);
      const encoded = encode(encoder, input, 65536);
      expect(encoded.consumed).toBe(input.length);
      expectDecodes(encoded, input);
    }
  }
});

it("gets smaller with the level", () => {
  const input = Buffer.concat([textBytes(150_000, 31), mixedBytes(150_000, 32)]);
  const sizes = [1, 4, 6, 9].map((level) => encode(create(level, 1 << 20), input, 1 << 20).stream.length);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  expect(new Set(sizes).size).toBe(sizes.length);
});

it("takes level 0 for its default", () => {
  const input = mixedBytes(50_000, 33);
  expect(encode(create(0, 4096), input, 4096)).toEqual(encode(create(1, 4096), input, 4096));
});

it("refuses what does not fit", () => {
  expect(() => create(1, 0)).toThrow("maxOutput 0");
  expect(() => create(1, 1.5)).toThrow("maxOutput 1.5");
  expect(() => create(1, 4096, 65536)).toThrow("dictSize 65536");
  expect(() => create(1, 4096, 100)).toThrow("dictSize 100");
  const encoder = create(1, 4096);
  expect(() => encoder.encode(new Uint8Array(10), new Uint8Array(4097))).toThrow("capacity 4097");
  const { window } = encoder;
  expect(() => window.begin(window.input.length + 1)).toThrow("does not fit a window");
  window.begin(100);
  expect(() => window.encodeAt(101, 4096)).toThrow("start 101");
  expect(() => window.encodeAt(0, -1)).toThrow("capacity -1");
  expect(window.encodeAt(100, 4096)).toEqual({ consumed: 0, produced: 0 });
});

it("says in its configuration how large the window is", () => {
  const options = { level: 1, maxOutput: 65536, blockSize: 4096 };
  expect([...deflate.config(options)]).toEqual([15, 0, 0, 0, 0, 0]);
  expect(deflate.config({ ...options, dictSize: 4096 })[0]).toBe(12);
  expect(deflate.config({ ...options, dictSize: 5000 })[0]).toBe(13);
});
