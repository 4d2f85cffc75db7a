/**
 * A private algorithm: the bytes turned over, behind a 1.
 *
 * @type {import("@erofs/compressor").Compressor}
 */
export const inverting = {
  name: "inverting",
  module: import.meta.url,
  algorithm: 9,
  createEncoder: () => ({ encode: () => ({ consumed: 0, produced: 0 }) }),
  createDecoder: () => ({
    decode(input, output) {
      for (let i = 0; i < output.length; i++) output[i] = ~input[i + 1];
    },
  }),
  config: () => Uint8Array.of(1, 2),
};
