import { deflateRawSync } from "node:zlib";

import { Algorithm, fillToSize } from "@erofs/compressor";

/**
 * DEFLATE by zlib.
 * @type {import("@erofs/compressor").Compressor}
 */
const zlibDeflate = {
  name: "zlib-deflate",
  algorithm: Algorithm.deflate,
  levels: { min: 1, max: 9, default: 6 },
  createEncoder: ({ level }) => ({ encode: fillToSize((input) => deflateRawSync(input, { level })) }),
  config: () => Uint8Array.of(15, 0, 0, 0, 0, 0),
};

/** The same, but its clusters are damaged. */
export const liar = {
  ...zlibDeflate,
  name: "liar",
  createEncoder: () => {
    const encode = fillToSize((input) => deflateRawSync(input));
    return {
      /** @type {typeof encode} */
      encode: (input, output) => {
        const result = encode(input, output);
        output[result.produced >> 1] ^= 1;
        return result;
      },
    };
  },
};

export default zlibDeflate;
