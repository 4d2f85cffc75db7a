// Copies of runs, which all decoders share: exact ones, and loose ones in whole vectors that write past the run.

// Row `offset` lists `i % offset` for i of 0..15: a swizzle by it repeats the last `offset` bytes.
export const REPEAT_ROWS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
  0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
  0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
], 16);
// The largest multiple of `offset` up to 16: how far one repeated vector carries.
export const REPEAT_STEPS = memory.data<u8>([0, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15]);

/** Copies upwards in vectors, up to 31 bytes past the run. The distance is at least 16. */
export function copyLoosely(to: usize, from: usize, length: usize): void {
  const end = to + length;
  do {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    to += 32;
    from += 32;
  } while (to < end);
}

/**
 * Copies upwards and touches nothing else. Right for any `to` at or below `from` (every piece is read before
 * it or anything behind it is written) and for a `to` at least 16 above it.
 */
export function copyExactly(to: usize, from: usize, length: usize): void {
  for (; length >= 16; length -= 16) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
  if (length & 8) {
    store<u64>(to, load<u64>(from));
    to += 8;
    from += 8;
  }
  if (length & 4) {
    store<u32>(to, load<u32>(from));
    to += 4;
    from += 4;
  }
  if (length & 2) {
    store<u16>(to, load<u16>(from));
    to += 2;
    from += 2;
  }
  if (length & 1) store<u8>(to, load<u8>(from));
}

/** Continues the last `offset` bytes (1..15) before `to` for `length` bytes, 15 more where that is allowed. */
export function repeatBytes(to: usize, offset: usize, length: usize, isLoose: bool): void {
  const end = to + length;
  if (isLoose || length >= 16) {
    const pattern = i8x16.swizzle(v128.load(to - offset), v128.load(REPEAT_ROWS + (offset << 4)));
    const step = <usize>load<u8>(REPEAT_STEPS + offset);
    const vectorsEnd = isLoose ? end : end - 15;
    do {
      v128.store(to, pattern);
      to += step;
    } while (to < vectorsEnd);
  }
  for (; to < end; to++) store<u8>(to, load<u8>(to - offset));
}
