import { deflateRawSync } from "node:zlib";
import { Algorithm, fillToSize } from "@erofs/compressor";

/**
 * DEFLATE by zlib: an algorithm of the kernel's, by a plugin that has no window.
 * @type {import("@erofs/compressor").Compressor}
 */
export const deflate = {
  name: "deflate",
  module: import.meta.url,
  algorithm: Algorithm.deflate,
  levels: { min: 1, max: 9, default: 6 },
  createEncoder: ({ level }) => ({
    encode: fillToSize((input) => deflateRawSync(input, { level })),
  }),
  config: () => Uint8Array.of(15, 0, 0, 0, 0, 0),
};
