import { Choice } from "./jobs.ts";

/** How `auto` decides: indexes of compressions, from the fastest to read on, and what a slower one must save. */
export interface AutoRule {
  readonly candidates: readonly number[];
  /** A share of the size so far. */
  readonly worth: number;
}

/**
 * The compression that pays for a file. A candidate wins over those before it, and the first one over storing the file
 * as it is, when it takes at least the share `worth` off the size so far: reading the file will take longer. Content
 * that the first one cannot shrink and whose bytes are all about as frequent is stored without trying the others;
 * it is compressed or encrypted already.
 *
 * `size` is what the content takes as it is, `sizeWith` what it takes with a candidate.
 */
export function choose(
  { candidates, worth }: AutoRule,
  size: number,
  sizeWith: (candidate: number) => number,
  looksRandom: () => boolean,
): number {
  let best: number = Choice.none;
  let smallest = size;
  for (const [i, candidate] of candidates.entries()) {
    const own = sizeWith(candidate);
    if (own <= smallest * (1 - worth)) {
      best = candidate;
      smallest = own;
    } else if (i === 0 && own >= size && looksRandom()) {
      break;
    }
  }
  return best;
}

/**
 * Whether the bytes are about as evenly spread as random ones: two of them are equal at most 1.1 times as often as
 * once in 256. A thousand .gz of Debian's come to 1.00 (1.01 at most, but for one), its pictures to 1.0 to 5, machine code
 * and text to 2 and more.
 */
export function isEven(parts: readonly Uint8Array[]): boolean {
  const counts = new Uint32Array(256);
  let length = 0;
  for (const part of parts) {
    for (const byte of part) counts[byte]!++;
    length += part.length;
  }
  let pairs = 0;
  for (const count of counts) pairs += count * (count - 1);
  return pairs * 256 <= 1.1 * length * (length - 1);
}

/** Stretches of a sample: enough to see a file that is not the same throughout. */
const stretches = 4;
const smallestStretch = 64 << 10;
const largestStretch = 512 << 10;

/** Bytes of each stretch: about one full cluster of data that shrinks to the half. */
function stretchSize(pclusterSize: number): number {
  return Math.min(largestStretch, Math.max(smallestStretch, 2 * pclusterSize));
}

/** Files up to this size are tried as a whole, with clusters of `pclusterSize` bytes at most. */
export function sampleSize(pclusterSize: number): number {
  return stretches * stretchSize(pclusterSize);
}

/** Where the stretches of the sample of a larger file lie: at its ends, and evenly between. */
export function sampleRanges(size: number, pclusterSize: number): { offset: number; length: number }[] {
  const length = stretchSize(pclusterSize);
  return Array.from({ length: stretches }, (_, i) => ({
    offset: Math.floor(((size - length) * i) / (stretches - 1)),
    length,
  }));
}
