// Logarithms for sizes and prices, in 1/256 bits. Whole numbers only, so that every machine decides alike.

import { LOG2 } from "./memory-plan";

/** Fills the table; to be called once. */
export function fillLog2(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let y = <u64>(256 + i) << 23;
    let bits: u32 = 0;
    for (let k = 0; k < 12; k++) {
      y = (y * y) >> 31;
      bits <<= 1;
      if (y >= <u64>1 << 32) {
        bits |= 1;
        y >>= 1;
      }
    }
    store<u16>(LOG2 + (<usize>i << 1), <u16>((bits + 8) >> 4));
  }
}

/** log2 of `value`, at least 1, in 1/256 bits. */
// @ts-ignore: decorator
@inline
export function log2(value: u32): u32 {
  const high = 31 - clz(value);
  const mantissa = high >= 8 ? value >> (high - 8) : value << (8 - high);
  return (high << 8) + <u32>load<u16>(LOG2 + (<usize>(mantissa & 255) << 1));
}
