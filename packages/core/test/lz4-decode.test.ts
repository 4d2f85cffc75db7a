import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createKernels, DecodeFault, inPlaceMargin } from "../src/index.ts";
import { apart, decodeAt, faultOf, isEqual } from "./arena.ts";
import { compressByLz4js, compressByLz4Wasm, decompressByLz4js, decompressByLz4Wasm } from "./lz4-oracles.ts";
import { encodeSequences, expandSequences, type Sequence } from "./lz4-reference.ts";
import { compressibleBytes } from "./random.ts";

/** Lengths on both sides of each limit of the format and of the vectors. */
const runLength = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 2, arbitrary: fc.integer({ min: 20, max: 80 }) },
  { weight: 1, arbitrary: fc.integer({ min: 260, max: 290 }) },
  { weight: 1, arbitrary: fc.integer({ min: 500, max: 1100 }) },
);

const source = compressibleBytes(60_000, 1);

/** Any sound block: sequences with literals, offsets and lengths of all sizes, matches to the very end. */
const soundBlock = fc
  .record({
    runs: fc.array(
      fc.record({
        literals: runLength,
        match: runLength,
        distance: fc.oneof(fc.integer({ min: 1, max: 33 }), fc.integer({ min: 1, max: 65535 })),
      }),
      { maxLength: 40 },
    ),
    closing: runLength,
    seed: fc.nat(50_000),
  })
  .map(({ runs, closing, seed }) => {
    let produced = 0;
    const take = (length: number, at: number) => {
      const start = (seed + at) % 50_000;
      return source.subarray(start, start + length);
    };
    const sequences: Sequence[] = runs.map(({ literals, match, distance }, i) => {
      const count = i === 0 ? literals + 1 : literals;
      produced += count;
      const offset = 1 + ((distance - 1) % Math.min(produced, 65535));
      produced += match + 4;
      return { literals: take(count, produced), offset, matchLength: match + 4 };
    });
    const end = take(closing, produced);
    return { block: encodeSequences(sequences, end), bytes: expandSequences(sequences, end) };
  });

describe("whole blocks", () => {
  test.each([100, 4096, 7000, 65536, 300_000])("blocks of two compressors, %i bytes", (length) => {
    for (let seed = 0; seed < 4; seed++) {
      const bytes = compressibleBytes(length, seed).subarray(0, length);
      for (const block of [compressByLz4js(bytes), compressByLz4Wasm(bytes)]) {
        if (!block) continue;
        for (const placement of apart) expect(faultOf("lz4", block, bytes, placement)).toBeUndefined();
        expect(faultOf("lz4", block, bytes, inPlaceMargin(block.length))).toBeUndefined();
      }
    }
  });

  test("any sequences, as two decoders from npm read them", () => {
    fc.assert(
      fc.property(soundBlock, fc.constantFrom(...apart), ({ block, bytes }, placement) => {
        expect(isEqual(decompressByLz4js(block, bytes.length), bytes)).toBe(true);
        expect(isEqual(decompressByLz4Wasm(block, bytes.length), bytes)).toBe(true);
        expect(faultOf("lz4", block, bytes, placement)).toBeUndefined();
      }),
      { numRuns: 1500 },
    );
  });

  test("every short offset with every short length, far from an end and close to it", () => {
    for (let offset = 1; offset <= 40; offset++) {
      for (let matchLength = 4; matchLength <= 70; matchLength++) {
        for (const tail of [0, 5, 12, 100]) {
          const sequences = [{ literals: source.subarray(offset, offset + 40), offset, matchLength }];
          const closing = source.subarray(0, tail);
          const block = encodeSequences(sequences, closing);
          expect(faultOf("lz4", block, expandSequences(sequences, closing), "after")).toBeUndefined();
        }
      }
    }
  });

  test("an output that is longer or shorter than the block is a fault", () => {
    const bytes = compressibleBytes(9000, 3).subarray(0, 9000);
    const block = compressByLz4Wasm(bytes);
    for (const length of [0, 1, 8000, 8999, 9001, 9500]) {
      for (const placement of apart) {
        const { code, isSpilled } = decodeAt("lz4", block, length, placement, false);
        expect({ code, isSpilled }).toEqual({ code: DecodeFault.corrupt, isSpilled: false });
      }
    }
    expect(decodeAt("lz4", block.subarray(0, -1), 9000, "after", false).code).toBe(DecodeFault.corrupt);
    expect(decodeAt("lz4", Uint8Array.of(...block, 0), 9000, "after", false).code).toBe(DecodeFault.corrupt);
  });

  test("the smallest blocks", () => {
    expect(decodeAt("lz4", Uint8Array.of(0), 0, "after", false).code).toBe(0);
    expect(faultOf("lz4", Uint8Array.of(0x10, 7), Uint8Array.of(7), "after")).toBeUndefined();
    expect(decodeAt("lz4", new Uint8Array(0), 0, "after", false).code).toBe(DecodeFault.corrupt);
    expect(decodeAt("lz4", Uint8Array.of(0), 1, "after", false).code).toBe(DecodeFault.corrupt);
  });

  test("offset 0 and offsets before the output are faults", () => {
    const literals = new Uint8Array(8).fill(65);
    for (const offset of [0, 9, 65535]) {
      for (const tail of [5, 200]) {
        const block = encodeSequences([{ literals, offset, matchLength: 8 }], new Uint8Array(tail));
        expect(decodeAt("lz4", block, 16 + tail, "after", false).code).toBe(DecodeFault.corrupt);
      }
    }
  });
});

describe("in place", () => {
  test("the margin is enough for any sound block", () => {
    fc.assert(
      fc.property(soundBlock, ({ block, bytes }) => {
        expect(faultOf("lz4", block, bytes, inPlaceMargin(block.length))).toBeUndefined();
      }),
      { numRuns: 700 },
    );
  });

  test("the margin is enough for literals only, which take more room than their bytes", () => {
    for (const length of [1000, 65536, 500_000]) {
      const bytes = compressibleBytes(length, 5).subarray(0, length);
      const lengths = Array.from<number>({ length: Math.floor((length - 15) / 255) }).fill(255);
      const block = Uint8Array.from([0xf0, ...lengths, (length - 15) % 255, ...bytes]);
      expect(faultOf("lz4", block, bytes, inPlaceMargin(block.length))).toBeUndefined();
    }
  });

  test("with any smaller margin the answer is right or a fault", () => {
    const codes = new Set<number>();
    fc.assert(
      fc.property(soundBlock, fc.integer({ min: -40, max: 70 }), ({ block, bytes }, margin) => {
        const { code, output, isSpilled } = decodeAt("lz4", block, bytes.length, margin, false);
        expect(isSpilled).toBe(false);
        expect([bytes.length, DecodeFault.overlap]).toContain(code);
        expect(code === DecodeFault.overlap || isEqual(output, bytes)).toBe(true);
        codes.add(Math.sign(code));
      }),
      { numRuns: 1500 },
    );
    expect(codes).toContain(1);
    expect(codes).toContain(-1);
  });
});

describe("partial", () => {
  test("every length of a block, in every place", () => {
    const bytes = compressibleBytes(3000, 11).subarray(0, 3000);
    const block = compressByLz4Wasm(bytes);
    for (let length = 0; length <= bytes.length; length++) {
      for (const placement of apart) {
        expect(faultOf("lz4", block, bytes.subarray(0, length), placement, true)).toBeUndefined();
      }
    }
  });

  test("any sequences, any length, with bytes behind the block's part that is needed", () => {
    fc.assert(
      fc.property(soundBlock, fc.double({ min: 0, max: 1, noNaN: true }), ({ block, bytes }, share) => {
        const part = bytes.subarray(0, Math.ceil(bytes.length * share));
        const fault =
          part.length === 0 ? undefined : faultOf("lz4", Uint8Array.of(...block, 0xff), part, "after", true);
        expect(fault).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test("in place, with the margin behind the whole block's output", () => {
    const bytes = compressibleBytes(3000, 13).subarray(0, 3000);
    const block = compressByLz4Wasm(bytes);
    for (let length = 1; length <= bytes.length; length++) {
      const margin = bytes.length - length + inPlaceMargin(block.length);
      expect(faultOf("lz4", block, bytes.subarray(0, length), margin, true)).toBeUndefined();
    }
  });

  test("a block that ends too early is a fault", () => {
    const bytes = compressibleBytes(3000, 12).subarray(0, 3000);
    const block = compressByLz4Wasm(bytes);
    expect(decodeAt("lz4", block, 3001, "after", true).code).toBe(DecodeFault.corrupt);
    expect(decodeAt("lz4", block.subarray(0, 100), 3000, "before, at the memory's end", true).code).toBe(
      DecodeFault.corrupt,
    );
  });
});

test("ranges outside the memory are faults, not traps", () => {
  const { lz4Decode, lz4DecodePartial, memory, heapBase } = createKernels({ pages: 1 });
  const end = memory.buffer.byteLength;
  for (const decode of [lz4Decode, lz4DecodePartial]) {
    expect(decode(end - 10, 11, heapBase, 100)).toBe(DecodeFault.corrupt);
    expect(decode(heapBase, 10, end - 10, 11)).toBe(DecodeFault.corrupt);
    expect(decode(heapBase, -1, heapBase, 100)).toBe(DecodeFault.corrupt);
    expect(decode(heapBase, 10, heapBase, -1)).toBe(DecodeFault.corrupt);
    expect(decode(-16, 10, heapBase, 100)).toBe(DecodeFault.corrupt);
  }
});
