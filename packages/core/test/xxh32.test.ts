import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import xxhash from "xxhash-wasm";
import { createKernels, xxh32 } from "../src/index.ts";
import { compressibleBytes } from "./random.ts";

const oracle = await xxhash();
const kernels = createKernels({ pages: 8 });
const start = kernels.heapBase;
const memory = new Uint8Array(kernels.memory.buffer);

function inWasm(bytes: Uint8Array, seed: number): number {
  memory.set(bytes, start);
  return kernels.xxh32(start, bytes.length, seed);
}

describe.each([
  ["JavaScript", xxh32],
  ["WebAssembly", inWasm],
] as const)("in %s", (_, hash) => {
  test.each([
    ["", 0, 0x02cc5d05],
    ["abc", 0, 0x32d153ff],
    ["Nobody inspects the spammish repetition", 0, 0xe2293b2f],
    // The xattr name filter: seed plus base index.
    ["", 0x25bbe08f + 2, 0x0857597e],
    ["", 0x25bbe08f + 3, 0x59eeabb5],
  ])("%j with seed %i", (text, seed, expected) => {
    expect(hash(new TextEncoder().encode(text), seed)).toBe(expected);
  });

  test("any bytes, as xxhash-wasm hashes them", () => {
    const seeds = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), seeds, (bytes, seed) => {
        expect(hash(bytes, seed)).toBe(oracle.h32Raw(bytes, seed) >>> 0);
      }),
      { numRuns: 1000 },
    );
  });

  test("a long input", () => {
    const bytes = compressibleBytes(100_003, 2);
    expect(hash(bytes, 7)).toBe(oracle.h32Raw(bytes, 7) >>> 0);
  });
});
