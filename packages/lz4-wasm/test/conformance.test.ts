import { describeCompressor } from "@erofs/compressor/conformance";
import { describe, it } from "vitest";
import { lz4, lz4hc } from "../src/index.ts";
import { decodeStrictly } from "./strict-decoder.ts";

describeCompressor(lz4, { decode: decodeStrictly, describe, it });
describeCompressor(lz4hc, { decode: decodeStrictly, describe, it, levels: [1, 3, 9, 12] });
describeCompressor(lz4hc, {
  decode: decodeStrictly,
  describe,
  it,
  levels: [0, 2, 4, 5, 6, 7, 8, 10, 11],
  inputSize: 32 * 1024,
});
