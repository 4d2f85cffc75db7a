import { lz4 } from "@erofs/lz4-wasm";
import { describe, expect, it } from "vitest";
import { Choice } from "../../src/execute/jobs.ts";
import { settle } from "../../src/options.ts";
import { segmentSize } from "../../src/write/segments.ts";
import { brotli } from "../plugins/brotli.mjs";

const mebibyte = 1 << 20;
const settings = settle({
  compressions: [
    { compressor: lz4 },
    { compressor: brotli },
    { compressor: lz4, pclusterSize: 1 << 18 },
    { compressor: lz4, pclusterSize: mebibyte },
  ],
  auto: { candidates: [0, 1] },
});

/** In MiB. */
const sizeOf = (choice: number, rest: number) => segmentSize(choice, rest * mebibyte, settings) / mebibyte;

describe("segmentSize", () => {
  it("shrinks towards the end of a build", () => {
    expect([5000, 128, 127, 100, 50, 1].map((rest) => sizeOf(0, rest))).toEqual([8, 8, 7, 6, 4, 4]);
  });

  it("is smaller for compressors that take long, where one of them may be used", () => {
    expect([1, Choice.auto].map((choice) => sizeOf(choice, 30))).toEqual([2, 2]);
  });

  it("holds enough large clusters", () => {
    expect([2, 3].map((choice) => sizeOf(choice, 1))).toEqual([4, 8]);
  });
});
