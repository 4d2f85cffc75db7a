import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32c, createKernels } from "../src/index.ts";
import { compressibleBytes } from "./random.ts";

const kernels = createKernels({ pages: 8 });
const start = kernels.heapBase;
const memory = new Uint8Array(kernels.memory.buffer);

function inWasm(bytes: Uint8Array, state = 0xffffffff): number {
  memory.set(bytes, start);
  return kernels.crc32c(start, bytes.length, state);
}

/** One bit at a time, as the polynomial says. */
function bitwise(bytes: Uint8Array, state = 0xffffffff): number {
  let crc = state;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return crc >>> 0;
}

describe.each([
  ["JavaScript", crc32c],
  ["WebAssembly", inWasm],
] as const)("in %s", (_, sum) => {
  test("vectors", () => {
    expect(sum(new TextEncoder().encode("123456789"))).toBe(0x1cf96d7c);
    expect(sum(Uint8Array.of(0xe2, 0xe1, 0xf5, 0xe0, 0, 0, 0, 0))).toBe(0x5045b54a);
    expect(sum(new Uint8Array(0))).toBe(0xffffffff);
  });

  test("any bytes, at once and in two parts", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, cut) => {
        const expected = bitwise(bytes);
        expect(sum(bytes)).toBe(expected);
        expect(sum(bytes.subarray(cut), sum(bytes.subarray(0, cut)))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test("a long input", () => {
    const bytes = compressibleBytes(100_003, 1);
    expect(sum(bytes)).toBe(bitwise(bytes));
  });
});
