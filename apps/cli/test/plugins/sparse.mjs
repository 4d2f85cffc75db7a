/**
 * A private algorithm: the distance from one byte to the next, in pairs of a count and a distance.
 * @type {import("@erofs/compressor").Compressor}
 */
export const sparse = {
  name: "sparse-steps",
  module: import.meta.url,
  algorithm: 12,
  createEncoder: () => ({
    encode(input, output) {
      let consumed = 0;
      let produced = 0;
      while (consumed < input.length && produced + 2 <= output.length) {
        const step = (input[consumed] - (input[consumed - 1] ?? 0)) & 0xff;
        let count = 1;
        while (
          count < 255 &&
          consumed + count < input.length &&
          ((input[consumed + count] - input[consumed + count - 1]) & 0xff) === step
        ) {
          count++;
        }
        output[produced++] = count;
        output[produced++] = step;
        consumed += count;
      }
      return { consumed, produced };
    },
  }),
  createDecoder: () => ({
    decode(input, output) {
      let at = 0;
      let byte = 0;
      for (let pair = 0; pair + 1 < input.length; pair += 2) {
        for (let count = input[pair]; count > 0; count--)
          output[at++] = byte = (byte + input[pair + 1]) & 0xff;
      }
      if (at !== output.length) throw new Error(`${at} bytes`);
    },
  }),
  config: () => new Uint8Array(0),
};
