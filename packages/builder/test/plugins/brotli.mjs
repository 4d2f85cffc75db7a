import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { fillToSize } from "@erofs/compressor";

/** A stream begins with this, as Brotli's own first byte may be zero. */
const first = 0xb7;

/**
 * Brotli as a private algorithm.
 * @type {import("@erofs/compressor").Compressor}
 */
export const brotli = {
  name: "brotli",
  module: import.meta.url,
  algorithm: 7,
  levels: { min: 0, max: 11, default: 4 },
  dictSizes: { min: 1024, max: 1 << 24 },
  extraOptions: { mode: { min: 0, max: 2, description: "generic, text, font" } },
  createEncoder: ({ level, extra }) => ({
    encode: fillToSize((input) => {
      const params = {
        [constants.BROTLI_PARAM_QUALITY]: level,
        [constants.BROTLI_PARAM_MODE]: extra?.mode ?? 0,
      };
      return Uint8Array.of(first, ...brotliCompressSync(input, { params }));
    }),
  }),
  createDecoder: () => ({
    decode(input, output) {
      if (input[0] !== first) throw new Error("this is no stream of ours");
      const decoded = brotliDecompressSync(input.subarray(1), { maxOutputLength: output.length });
      if (decoded.length !== output.length) throw new Error(`${decoded.length} bytes`);
      output.set(decoded);
    },
  }),
  config: ({ dictSize = 0 }) => Uint8Array.of(1, Math.log2(dictSize + 1)),
};
