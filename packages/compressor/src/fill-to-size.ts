import type { EncodeResult } from "./contract.ts";

/** A codec that only compresses inputs as a whole. */
export type CompressWhole = (input: Uint8Array) => Uint8Array;

export interface FillToSizeOptions {
  /** Compressions for one output, 12 unless given. More come only if none of them fitted: one per halving of the input. */
  readonly maxTries?: number;
  /** Stop the search once no more than this share of the output is unused, 1/256 unless given. */
  readonly tolerance?: number;
}

/** The first try expects that data shrinks to a third. */
const EXPECTED_RATIO = 3;

/**
 * Makes a fixed-size-output `encode` of a codec that has none, by search over the length of the input. Each try
 * compresses a prefix from the start; the next length follows from the ratio found so far, or halves the interval
 * where that leads out of it. The result is a stream that fits, if any prefix does, but not always the longest.
 */
export function fillToSize(
  compress: CompressWhole,
  options: FillToSizeOptions = {},
): (input: Uint8Array, output: Uint8Array) => EncodeResult {
  const maxTries = options.maxTries ?? 12;
  const tolerance = options.tolerance ?? 1 / 256;

  return (input, output) => {
    const capacity = output.length;
    const unusedAllowed = capacity * tolerance;
    let best: Uint8Array = new Uint8Array(0);
    /** The longest prefix known to fit, and the shortest known not to. */
    let fits = 0;
    let tooLong = input.length + 1;
    let length = Math.min(input.length, capacity * EXPECTED_RATIO);
    for (let tries = 0; tooLong - fits > 1; tries++) {
      if (tries >= maxTries) {
        if (fits > 0) break;
        length = tooLong >> 1;
      }
      const stream = compress(input.subarray(0, length));
      if (stream.length <= capacity) {
        best = stream;
        fits = length;
        if (capacity - stream.length <= unusedAllowed) break;
      } else {
        tooLong = length;
      }
      const guess = Math.floor((length * capacity) / Math.max(stream.length, 1));
      // the whole input may be far too long: as long as nothing was, double instead of halving the interval
      const middle = tooLong > input.length ? Math.min(2 * length, input.length) : (fits + tooLong) >> 1;
      // a guess that hits one end time and again would creep towards it: every third time it does not count
      length = guess > fits && guess < tooLong && tries % 3 !== 2 ? guess : middle;
    }
    output.set(best);
    return { consumed: fits, produced: best.length };
  };
}
