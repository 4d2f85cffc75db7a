// A symbol of DEFLATE, a literal or a match, as one u32:
//   bits 0-8    literal/length symbol, 0 to 285
//   bits 9-13   distance symbol, 0 to 29; NO_DISTANCE for a literal
//   bits 14-18  extra bits of the length
//   bits 19-31  extra bits of the distance
// Tables of 320 entries serve both alphabets: literal/length symbols first, distances from DISTANCES on. A literal
// is no special case then: what its distance counts or costs is kept at zero.

import { BASES, ENTROPY, ENTROPY_COUNT, EXTRA_BITS, FIXED_LENGTHS, LENGTH_SYMBOLS } from "./memory-plan";

export const MIN_MATCH: usize = 3;
export const MAX_MATCH: usize = 258;
export const END_OF_BLOCK: usize = 256;
export const DISTANCES: usize = 288;
export const NO_DISTANCE: u32 = 30;

/** Fills the tables that never change. */
export function prepareTables(): void {
  for (let byte: usize = 0; byte < 256; byte++) store<u16>(byte << 1, 1, BASES);
  let length: usize = MIN_MATCH;
  for (let symbol: usize = 257; symbol <= 284; symbol++) {
    const extraBits: usize = symbol < 265 ? 0 : (symbol - 261) >> 2;
    store<u8>(symbol, <u8>extraBits, EXTRA_BITS);
    store<u16>(symbol << 1, <u16>length, BASES);
    for (let extra: usize = 0; extra < <usize>1 << extraBits; extra++) {
      store<u32>(length++ << 2, <u32>(symbol | (extra << 14)), LENGTH_SYMBOLS);
    }
  }
  store<u16>(285 << 1, <u16>MAX_MATCH, BASES);
  store<u32>(MAX_MATCH << 2, 285, LENGTH_SYMBOLS);
  for (let symbol: usize = 4; symbol < 30; symbol++) {
    store<u8>(DISTANCES + symbol, <u8>((symbol >> 1) - 1), EXTRA_BITS);
  }
  memory.fill(FIXED_LENGTHS, 8, 144);
  memory.fill(FIXED_LENGTHS + 144, 9, 112);
  memory.fill(FIXED_LENGTHS + 256, 7, 24);
  memory.fill(FIXED_LENGTHS + 280, 8, 8);
  memory.fill(FIXED_LENGTHS + DISTANCES, 5, 30);
  for (let n: u32 = 1; n < ENTROPY_COUNT; n++) store<u32>(n << 2, n * log2(n), ENTROPY);
}

/** log2 in 1/256, rounded down, by squaring: whole numbers only, the same on every machine. */
function log2(n: u32): u32 {
  const whole = 31 - <u32>clz(n);
  let result = whole;
  let mantissa = (<u64>n << 31) >> whole;
  for (let bit = 0; bit < 8; bit++) {
    mantissa = (mantissa * mantissa) >> 31;
    const above = <u32>(mantissa >> 32);
    mantissa >>= above;
    result = (result << 1) | above;
  }
  return result;
}

/** The symbol, 0 to 29, of a distance. */
export function distanceSymbol(distance: usize): u32 {
  const rest = <u32>distance - 1;
  if (rest < 2) return rest;
  const halves = 30 - <u32>clz(rest);
  return (halves << 1) + (rest >> halves);
}

export function matchSymbol(length: usize, distance: usize): u32 {
  const packed = load<u32>(length << 2, LENGTH_SYMBOLS);
  const rest = <u32>distance - 1;
  if (rest < 2) return packed | (rest << 9);
  const halves = 30 - <u32>clz(rest);
  const symbol = (halves << 1) + (rest >> halves);
  return packed | (symbol << 9) | ((rest & ((1 << halves) - 1)) << 19);
}

export function literalSymbol(byte: u32): u32 {
  return byte | (NO_DISTANCE << 9);
}

/** The bytes that a symbol stands for. */
export function symbolBytes(symbol: u32): usize {
  return <usize>(load<u16>((symbol & 0x1ff) << 1, BASES) + ((symbol >> 14) & 0x1f));
}

/** The entry of its distance in a table of both alphabets. */
export function distanceEntry(symbol: u32): usize {
  return DISTANCES + ((symbol >> 9) & 0x1f);
}

/** The distance of a match. */
export function symbolDistance(symbol: u32): usize {
  const code = <usize>((symbol >> 9) & 0x1f);
  const extra = <usize>(symbol >> 19);
  return 1 + extra + (code < 4 ? code : (2 + (code & 1)) << ((code >> 1) - 1));
}
