import type { Compressor, Encoder } from "../src/index.ts";

/** Pairs of a run's length, 1 to 255, and its byte: the least that is a compressor. Private algorithm 15. */
export const runLengthCodec: Compressor = {
  name: "run-length",
  algorithm: 15,
  createEncoder: (): Encoder => ({
    encode(input, output) {
      let consumed = 0;
      let produced = 0;
      while (consumed < input.length && produced + 2 <= output.length) {
        let run = 1;
        while (run < 255 && input[consumed + run] === input[consumed]) run++;
        output[produced++] = run;
        output[produced++] = input[consumed]!;
        consumed += run;
      }
      return { consumed, produced };
    },
  }),
  createDecoder: () => ({
    decode(input, output) {
      let at = 0;
      for (let pair = 0; pair < input.length; pair += 2) {
        output.fill(input[pair + 1]!, at, (at += input[pair]!));
      }
      if (at !== output.length) throw new Error(`${at} bytes of output, expected ${output.length}`);
    },
  }),
  config: () => new Uint8Array(2),
};

/** Compresses as a whole, with a header of four bytes. */
export function runLengthWhole(input: Uint8Array): Uint8Array {
  const output = new Uint8Array(4 + 2 * input.length);
  output.set([82, 76, 69, 49]);
  const { produced } = (runLengthCodec.createEncoder({ level: 0, maxOutput: 0 }) as Encoder).encode(
    input,
    output.subarray(4),
  );
  return output.subarray(0, 4 + produced);
}
