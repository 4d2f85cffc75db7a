/*
 * Numbers of 64 bits in words of 32, little-endian. A small one must not come out of floating-point arithmetic, or it is
 * boxed; and functions, not methods, write a listing's millions of them.
 */

/** The u64 that begins at word `index`; rounded above 2^53. */
export function loadWide(words: Uint32Array, index: number): number {
  const high = words[index + 1] as number;
  const low = words[index] as number;
  return high === 0 ? low : high * 0x1_0000_0000 + low;
}

/** Writes a safe integer as u64 or, where it is negative, as s64. */
export function storeWide(words: Uint32Array, index: number, value: number): void {
  words[index] = value;
  words[index + 1] = value >= 0 && value <= 0xffffffff ? 0 : Math.floor(value / 0x1_0000_0000);
}
