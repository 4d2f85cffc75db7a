// What the optimal parser reckons symbols to cost, in 1/256 bits.

import { LL, ML, OF, highBit, literalLengthBits, literalLengthCode, matchLengthBits, matchLengthCode, maxCode } from "./codes";
import { log2 } from "./cost";
import { COUNTS_SIZE, PRICES } from "./memory-plan";
import { codesAt } from "./sequence-store";

/** u32 each: literals x 256, lengths of literals x 64 and of matches (less 3) x 128, codes' x 64 for each kind. */
const LITERAL_PRICES: usize = PRICES;
const LL_PRICES: usize = PRICES + 1024;
const ML_PRICES: usize = PRICES + 1280;
const CODE_PRICES: usize = PRICES + 1792;
/** Counts that the prices come from, u32: literals x 256, codes x 64 for each kind. */
const LITERAL_STATS: usize = PRICES + 2560;
const CODE_STATS: usize = PRICES + 3584;

// @ts-ignore: decorator
@inline
export function literalPrice(byte: u8): u32 {
  return load<u32>(LITERAL_PRICES + (<usize>byte << 2));
}

// @ts-ignore: decorator
@inline
export function literalLengthPrice(length: u32): u32 {
  if (length < 64) return load<u32>(LL_PRICES + (<usize>length << 2));
  return load<u32>(CODE_PRICES + (<usize>literalLengthCode(length) << 2));
}

/** `length` less 3. */
// @ts-ignore: decorator
@inline
export function matchLengthPrice(length: u32): u32 {
  if (length < 128) return load<u32>(ML_PRICES + (<usize>length << 2));
  return load<u32>(CODE_PRICES + 512 + (<usize>matchLengthCode(length) << 2));
}

// @ts-ignore: decorator
@inline
export function offsetPrice(value: u32): u32 {
  return load<u32>(CODE_PRICES + 256 + (<usize>highBit(value) << 2));
}

function codeStats(kind: usize): usize {
  return CODE_STATS + (kind << 8);
}

/** Takes counts of literals and, behind them, of codes. */
export function setStatistics(counts: usize): void {
  memory.copy(LITERAL_STATS, counts, COUNTS_SIZE);
}

/** What is assumed of a frame's first block: the bytes' own frequencies, short lengths and middling offsets. */
export function assumeStatistics(from: usize, end: usize): void {
  memory.fill(LITERAL_STATS, 0, 1024);
  for (; from < end; from++) {
    const at = LITERAL_STATS + (<usize>load<u8>(from) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  for (let k: usize = 0; k < 1024; k += 4) {
    const count = load<u32>(LITERAL_STATS + k);
    store<u32>(LITERAL_STATS + k, count == 0 ? 0 : 1 + (count >> 6));
  }
  for (let kind = LL; kind <= ML; kind++) {
    for (let code: usize = 0; code <= maxCode(kind); code++) store<u32>(codeStats(kind) + (code << 2), 1);
  }
  store<u32>(codeStats(LL), 4);
  store<u32>(codeStats(LL) + 4, 2);
  for (let code: usize = 4; code < 11; code++) store<u32>(codeStats(OF) + (code << 2), 3);
  store<u32>(codeStats(OF), 6);
}

/** Adds codes of the sequences [from, end) and the literals between `literals` and `literalsEnd`. */
export function addStatistics(from: usize, end: usize, literals: usize, literalsEnd: usize): void {
  for (; literals < literalsEnd; literals++) {
    const at = LITERAL_STATS + (<usize>load<u8>(literals) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  for (; from < end; from++) {
    const codes = load<u32>(codesAt(from));
    const ll = codeStats(LL) + (<usize>(codes & 255) << 2);
    store<u32>(ll, load<u32>(ll) + 1);
    const offset = codeStats(OF) + (<usize>((codes >> 8) & 255) << 2);
    store<u32>(offset, load<u32>(offset) + 1);
    const ml = codeStats(ML) + (<usize>(codes >> 16) << 2);
    store<u32>(ml, load<u32>(ml) + 1);
  }
}

/** Lets what has been counted weigh less than what follows. */
export function fadeStatistics(): void {
  for (let k: usize = 0; k < 1024; k += 4) {
    const count = load<u32>(LITERAL_STATS + k);
    store<u32>(LITERAL_STATS + k, (count + 3) >> 2);
  }
  for (let kind = LL; kind <= ML; kind++) {
    for (let code: usize = 0; code <= maxCode(kind); code++) {
      const at = codeStats(kind) + (code << 2);
      store<u32>(at, 1 + (load<u32>(at) >> 2));
    }
  }
}

/** A symbol that has not occurred costs as if it had half a time. */
function setPrices(prices: usize, stats: usize, count: usize): void {
  let total: u32 = 0;
  for (let k: usize = 0; k < count; k++) total += load<u32>(stats + (k << 2));
  const all = log2(2 * total + 1);
  for (let k: usize = 0; k < count; k++) {
    store<u32>(prices + (k << 2), all - log2(max(1, 2 * load<u32>(stats + (k << 2)))));
  }
}

/** Makes the prices from what has been counted. */
export function computePrices(): void {
  setPrices(LITERAL_PRICES, LITERAL_STATS, 256);
  for (let kind = LL; kind <= ML; kind++) {
    setPrices(CODE_PRICES + (kind << 8), codeStats(kind), maxCode(kind) + 1);
  }
  // no Huffman code is shorter than a bit or longer than eleven
  for (let k: usize = 0; k < 1024; k += 4) {
    store<u32>(LITERAL_PRICES + k, min(11 << 8, max(1 << 8, load<u32>(LITERAL_PRICES + k))));
  }
  for (let code: u32 = 0; code <= maxCode(LL); code++) {
    const at = CODE_PRICES + (<usize>code << 2);
    store<u32>(at, load<u32>(at) + (literalLengthBits(code) << 8));
  }
  for (let code: u32 = 0; code <= maxCode(OF); code++) {
    const at = CODE_PRICES + 256 + (<usize>code << 2);
    store<u32>(at, load<u32>(at) + (code << 8));
  }
  for (let code: u32 = 0; code <= maxCode(ML); code++) {
    const at = CODE_PRICES + 512 + (<usize>code << 2);
    store<u32>(at, load<u32>(at) + (matchLengthBits(code) << 8));
  }
  for (let length: u32 = 0; length < 64; length++) {
    const code = literalLengthCode(length);
    store<u32>(LL_PRICES + (<usize>length << 2), load<u32>(CODE_PRICES + (<usize>code << 2)));
  }
  for (let length: u32 = 0; length < 128; length++) {
    const code = matchLengthCode(length);
    store<u32>(ML_PRICES + (<usize>length << 2), load<u32>(CODE_PRICES + 512 + (<usize>code << 2)));
  }
}
