import type { Encoder } from "@erofs/compressor";
import { mixedBytes } from "@erofs/compressor/conformance";
import { createKernels, NO_WINDOW_LIMIT } from "@erofs/core";
import { expect, it } from "vitest";
import { zstd } from "../src/index.ts";

it.each([1, 3, 9, 14, 19])("makes clusters of level %i that the reader's decoder takes", (level) => {
  const run = mixedBytes(1 << 20, 41);
  const { window } = zstd.createEncoder({ level, maxOutput: 65536 }) as Encoder & Required<Encoder>;
  const kernels = createKernels({ pages: 128 });
  const memory = new Uint8Array(kernels.memory.buffer);
  const source = kernels.heapBase;
  const target = source + 65536;
  window.input.set(run);
  window.begin(run.length);
  const decoded: Uint8Array[] = [];
  for (let start = 0, index = 0; start < run.length; index++) {
    const { consumed, produced } = window.encodeAt(start, index % 2 === 0 ? 4096 : 65536);
    memory.set(window.output.subarray(0, produced), source);
    expect(kernels.zstdDecode(source, produced, target, consumed, NO_WINDOW_LIMIT)).toBe(consumed);
    decoded.push(memory.slice(target, target + consumed));
    start += consumed;
  }
  expect(Buffer.concat(decoded).equals(run)).toBe(true);
});
