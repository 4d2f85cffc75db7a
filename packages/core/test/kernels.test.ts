import { expect, test } from "vitest";
import { createKernels } from "../src/index.ts";

test("the memory has the pages asked for, and at least those of the tables", () => {
  const smallest = createKernels({ pages: 1 });
  expect(smallest.heapBase % 64).toBe(0);
  expect(smallest.heapBase).toBeLessThan(smallest.memory.buffer.byteLength);
  expect(createKernels({ pages: 20 }).memory.buffer.byteLength).toBe(20 * 65536);
  expect(createKernels().memory.buffer.byteLength).toBe(16 * 65536);
});

test("instances share nothing", () => {
  const [a, b] = [createKernels({ pages: 1 }), createKernels({ pages: 1 })];
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
  for (const { memory, heapBase } of [a, b]) new Uint8Array(memory.buffer).set(bytes, heapBase);
  const sum = a.crc32c(a.heapBase, 100, 0);
  new Uint8Array(a.memory.buffer).fill(0);
  expect(b.crc32c(b.heapBase, 100, 0)).toBe(sum);
});

test("nothing writes to the caller's bytes unasked", () => {
  const { memory, heapBase, crc32c, xxh32 } = createKernels({ pages: 1 });
  const own = new Uint8Array(memory.buffer, heapBase).fill(0x5a);
  crc32c(heapBase, own.length, 0);
  xxh32(heapBase, own.length, 0);
  expect(own.every((byte) => byte === 0x5a)).toBe(true);
});
