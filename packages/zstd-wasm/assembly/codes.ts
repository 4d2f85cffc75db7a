// Codes of literal lengths, match lengths and offsets: a code and extra bits (RFC 8878, 3.1.1.3.2.1.1).

/** The kinds of codes, in the order of their tables in a block. */
export const LL: usize = 0;
export const OF: usize = 1;
export const ML: usize = 2;

export const MIN_MATCH: usize = 3;

/** Extra bits of codes. */
const LL_BITS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
const ML_BITS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3,
  3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
/** Codes of the small lengths. */
const LL_CODES = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 16, 17, 17, 18, 18, 19, 19, 20, 20, 20, 20, 21, 21, 21, 21,
  22, 22, 22, 22, 22, 22, 22, 22, 23, 23, 23, 23, 23, 23, 23, 23, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24,
  24, 24, 24,
]);
const ML_CODES = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
  32, 32, 33, 33, 34, 34, 35, 35, 36, 36, 36, 36, 37, 37, 37, 37, 38, 38, 38, 38, 38, 38, 38, 38, 39, 39, 39, 39, 39,
  39, 39, 39, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 41, 41, 41, 41, 41, 41, 41, 41, 41, 41,
  41, 41, 41, 41, 41, 41, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42,
  42, 42, 42, 42, 42, 42, 42, 42, 42,
]);

// @ts-ignore: decorator
@inline
export function highBit(value: u32): u32 {
  return 31 - clz(value);
}

// @ts-ignore: decorator
@inline
export function literalLengthCode(length: u32): u32 {
  return length < 64 ? <u32>load<u8>(LL_CODES + length) : highBit(length) + 19;
}

/** `length` less MIN_MATCH. */
// @ts-ignore: decorator
@inline
export function matchLengthCode(length: u32): u32 {
  return length < 128 ? <u32>load<u8>(ML_CODES + length) : highBit(length) + 36;
}

// @ts-ignore: decorator
@inline
export function literalLengthBits(code: u32): u32 {
  return load<u8>(LL_BITS + code);
}

// @ts-ignore: decorator
@inline
export function matchLengthBits(code: u32): u32 {
  return load<u8>(ML_BITS + code);
}

/** The highest code of a kind that an encoder makes, its table's greatest accuracy and the predefined one's. */
export function maxCode(kind: usize): u32 {
  return kind == LL ? 35 : kind == OF ? 31 : 52;
}
export function maxTableLog(kind: usize): u32 {
  return kind == OF ? 8 : 9;
}
