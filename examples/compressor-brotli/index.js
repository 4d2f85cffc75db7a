import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { checkLevel, fillToSize } from "@erofs/compressor";

/** In front of each stream: Brotli's own first byte may be zero, which on disk it must not be. */
const FIRST_BYTE = 0xb7;

/** log2 of Brotli's window: no cluster decodes to more. */
const WINDOW_BITS = 22;

/**
 * Brotli. No kernel reads it: images are for the `erofs` command and for programs with this package.
 *
 * @type {import("@erofs/compressor").Compressor}
 */
export const brotli = {
  name: "brotli",
  module: import.meta.url,
  algorithm: 11,
  levels: { min: 0, max: 11, default: 5 },
  extraOptions: {
    mode: { min: 0, max: 2, description: "0 for any content, 1 for text, 2 for fonts" },
  },
  createEncoder(options) {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: checkLevel(brotli, options.level),
      [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS,
      [constants.BROTLI_PARAM_MODE]: options.extra?.mode ?? 0,
    };
    return {
      encode: fillToSize((input) => {
        const compressed = brotliCompressSync(input, { params });
        const stream = new Uint8Array(1 + compressed.length);
        stream[0] = FIRST_BYTE;
        stream.set(compressed, 1);
        return stream;
      }),
    };
  },
  createDecoder: () => ({
    decode(input, output) {
      if (input[0] !== FIRST_BYTE) throw new Error("this is no stream of erofs-compressor-brotli");
      // One byte more than expected is enough to see that there is more.
      const decoded = brotliDecompressSync(input.subarray(1), { maxOutputLength: output.length + 1 });
      if (decoded.length !== output.length) {
        throw new Error(`it decodes to ${decoded.length} bytes, expected ${output.length}`);
      }
      output.set(decoded);
    },
  }),
  // Decoders need to know nothing.
  config: () => new Uint8Array(0),
};

export default brotli;
