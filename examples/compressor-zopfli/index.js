import { Algorithm, checkLevel, fillToSize } from "@erofs/compressor";
import zopfliLibrary from "@gfx/zopfli";

/**
 * Compresses at once: the library calls back before it returns, once its WebAssembly has been loaded.
 *
 * @param {Uint8Array} input
 * @param {number} iterations
 * @returns {Uint8Array} raw DEFLATE
 */
function compress(input, iterations) {
  let stream;
  zopfliLibrary.deflate(input, { numiterations: iterations }, (error, output) => {
    if (error) throw error;
    stream = output;
  });
  if (stream === undefined) throw new Error("the library did not compress at once");
  // A stored block that is not the last one begins with three zero bits, and five that nobody reads. On disk, a
  // stream's first byte must not be zero.
  if (stream[0] === 0) stream[0] = 0xf8;
  return stream;
}

/**
 * DEFLATE by Zopfli, which takes its time to find smaller streams than others do. A level is a number of iterations.
 *
 * @type {import("@erofs/compressor").Compressor}
 */
export const zopfli = {
  name: "zopfli",
  module: import.meta.url,
  algorithm: Algorithm.deflate,
  levels: { min: 1, max: 100, default: 5 },
  async createEncoder(options) {
    const iterations = checkLevel(zopfli, options.level);
    // Resolves when the library is ready.
    await zopfliLibrary.deflateAsync(new Uint8Array(1), { numiterations: 1 });
    return { encode: fillToSize((input) => compress(input, iterations), { maxTries: 6 }) };
  },
  // log2 of the window, and five reserved bytes
  config: () => Uint8Array.of(15, 0, 0, 0, 0, 0),
};

export default zopfli;
