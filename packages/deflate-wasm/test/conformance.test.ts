import { describeCompressor } from "@erofs/compressor/conformance";
import { describe, it } from "vitest";
import { deflate } from "../src/index.ts";
import { inflateExactly } from "./inflate.ts";

describeCompressor(deflate, { decode: inflateExactly, describe, it, levels: [1, 6], inputSize: 96 * 1024 });
describeCompressor(deflate, {
  decode: inflateExactly,
  describe,
  it,
  levels: [0, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12],
  inputSize: 12 * 1024,
});
