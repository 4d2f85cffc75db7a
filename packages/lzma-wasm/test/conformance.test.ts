import { describeCompressor } from "@erofs/compressor/conformance";
import { describe, it } from "vitest";
import { lzma } from "../src/index.ts";
import { decodeStrictly } from "./strict-decoder.ts";

describeCompressor(lzma, {
  decode: decodeStrictly,
  describe,
  it,
  levels: [6, 2, 105],
  inputSize: 24 * 1024,
});
