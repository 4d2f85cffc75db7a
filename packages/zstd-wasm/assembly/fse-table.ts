// FSE tables: counts to probabilities, their description in a block, and the table an encoder walks
// (RFC 8878, 4.1).

import { highBit } from "./codes";
import { log2 } from "./cost";
import { FSE_SCRATCH, FSE_SLOTS, FSE_SLOT_SIZE } from "./memory-plan";

// A slot holds one table, FSE_SLOT_SIZE bytes.
/** Cells per symbol, i16 x 64; -1: less than one. */
export const NORM: usize = 0;
/** Per symbol: u32 to compute the bits to put out, i32 where its states begin. */
const SYMBOLS: usize = 128;
/** Next states, u16 x 512. */
const NEXT: usize = 640;
const TABLE_LOG: usize = 1664;
const MAX_SYMBOL: usize = 1668;

/** Starts of the symbols' cells, and what symbol a cell is of. */
const STARTS: usize = FSE_SCRATCH;
const CELLS: usize = FSE_SCRATCH + 512;

export const NO_COST: u32 = u32.MAX_VALUE >> 1;

export function fseSlot(index: usize): usize {
  return FSE_SLOTS + index * FSE_SLOT_SIZE;
}

export function tableLogOf(slot: usize): u32 {
  return load<u32>(slot, TABLE_LOG);
}

// @ts-ignore: decorator
@inline
function normOf(slot: usize, symbol: u32): i32 {
  return load<i16>(slot + (<usize>symbol << 1));
}

function setNorm(slot: usize, symbol: u32, norm: i32): void {
  store<i16>(slot + (<usize>symbol << 1), <i16>norm);
}

// @ts-ignore: decorator
@inline
function countOf(counts: usize, symbol: u32): u32 {
  return load<u32>(counts + (<usize>symbol << 2));
}

/** Shares 1 << `log` cells out to symbols up to `maxSymbol` with `counts` that sum up to `total`, for the smallest size. */
export function normalize(slot: usize, counts: usize, maxSymbol: u32, total: u32, log: u32): void {
  store<u32>(slot, log, TABLE_LOG);
  store<u32>(slot, maxSymbol, MAX_SYMBOL);
  let left: i32 = 1 << log;
  const scale = (<u64>1 << (log + 20)) / total;
  for (let symbol: u32 = 0; symbol <= maxSymbol; symbol++) {
    const count = countOf(counts, symbol);
    const share = count == 0 ? 0 : max<i32>(1, <i32>((<u64>count * scale + (1 << 19)) >> 20));
    setNorm(slot, symbol, share);
    left -= share;
  }
  while (left > 0) {
    let best: u32 = 0;
    let gain: u32 = 0;
    for (let symbol: u32 = 0; symbol <= maxSymbol; symbol++) {
      const share = normOf(slot, symbol);
      if (share == 0) continue;
      const more = countOf(counts, symbol) * (log2(share + 1) - log2(share));
      if (more > gain) {
        gain = more;
        best = symbol;
      }
    }
    setNorm(slot, best, normOf(slot, best) + 1);
    left--;
  }
  while (left < 0) {
    let best: u32 = 0;
    let loss = u32.MAX_VALUE;
    for (let symbol: u32 = 0; symbol <= maxSymbol; symbol++) {
      const share = normOf(slot, symbol);
      if (share < 2) continue;
      const less = countOf(counts, symbol) * (log2(share) - log2(share - 1));
      if (less < loss) {
        loss = less;
        best = symbol;
      }
    }
    setNorm(slot, best, normOf(slot, best) - 1);
    left++;
  }
}

/** Takes the probabilities of a predefined table. */
export function setNorms(slot: usize, norms: usize, maxSymbol: u32, log: u32): void {
  store<u32>(slot, log, TABLE_LOG);
  store<u32>(slot, maxSymbol, MAX_SYMBOL);
  for (let symbol: u32 = 0; symbol <= maxSymbol; symbol++) setNorm(slot, symbol, load<i8>(norms + symbol));
}

/** Bits, in 1/256, for symbols of these counts by the slot's probabilities; NO_COST if one has none. */
export function costOf(slot: usize, counts: usize, maxSymbol: u32): u32 {
  const log = tableLogOf(slot) << 8;
  const known = load<u32>(slot, MAX_SYMBOL);
  let cost: u32 = 0;
  for (let symbol: u32 = 0; symbol <= maxSymbol; symbol++) {
    const count = countOf(counts, symbol);
    if (count == 0) continue;
    const share = symbol > known ? 0 : normOf(slot, symbol);
    if (share == 0) return NO_COST;
    cost += count * (log - log2(max(1, share)));
  }
  return cost;
}

/** Writes the description of the slot's table; returns where it ends. */
export function putDescription(out: usize, slot: usize): usize {
  const log = tableLogOf(slot);
  const end = load<u32>(slot, MAX_SYMBOL) + 1;
  let threshold: i32 = 1 << log;
  let remaining = threshold + 1;
  let bitsPer = log + 1;
  let bits: u64 = log - 5;
  let count: u32 = 4;
  let symbol: u32 = 0;
  let afterZero = false;
  while (remaining > 1) {
    if (afterZero) {
      let zeros: u32 = 0;
      while (symbol + zeros < end && normOf(slot, symbol + zeros) == 0) zeros++;
      symbol += zeros;
      while (zeros >= 3) {
        bits |= <u64>3 << count;
        count += 2;
        zeros -= 3;
        if (count >= 32) {
          store<u32>(out, <u32>bits);
          out += 4;
          bits >>= 32;
          count -= 32;
        }
      }
      bits |= <u64>zeros << count;
      count += 2;
    }
    const norm = normOf(slot, symbol++);
    const spare = 2 * threshold - 1 - remaining;
    remaining -= abs(norm);
    let value = norm + 1;
    afterZero = norm == 0;
    if (value >= threshold) value += spare;
    bits |= <u64>value << count;
    count += bitsPer - u32(value < spare);
    while (remaining < threshold) {
      bitsPer--;
      threshold >>= 1;
    }
    if (count >= 32) {
      store<u32>(out, <u32>bits);
      out += 4;
      bits >>= 32;
      count -= 32;
    }
  }
  store<u64>(out, bits);
  return out + ((count + 7) >> 3);
}

/** Makes what `initState` and `encode` need from the probabilities. */
export function buildTable(slot: usize): void {
  const log = tableLogOf(slot);
  const size: u32 = 1 << log;
  const last = load<u32>(slot, MAX_SYMBOL);
  let top = size - 1;
  let start: u32 = 0;
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const norm = normOf(slot, symbol);
    store<u16>(STARTS + (<usize>symbol << 1), <u16>start);
    const entry = slot + (<usize>symbol << 3);
    if (norm == -1) {
      store<u8>(CELLS + top--, <u8>symbol);
    }
    if (norm == -1 || norm == 1) {
      store<u32>(entry, (log << 16) - size, SYMBOLS);
      store<i32>(entry, <i32>start - 1, SYMBOLS + 4);
      start++;
    } else if (norm != 0) {
      const most = log - highBit(<u32>norm - 1);
      store<u32>(entry, (most << 16) - (<u32>norm << most), SYMBOLS);
      store<i32>(entry, <i32>start - norm, SYMBOLS + 4);
      start += norm;
    }
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let cell: u32 = 0;
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    for (let left = normOf(slot, symbol); left > 0; left--) {
      store<u8>(CELLS + cell, <u8>symbol);
      do {
        cell = (cell + step) & (size - 1);
      } while (cell > top);
    }
  }
  for (let cell: u32 = 0; cell < size; cell++) {
    const entry = STARTS + (<usize>load<u8>(CELLS + cell) << 1);
    const at = load<u16>(entry);
    store<u16>(entry, at + 1);
    store<u16>(slot + (<usize>at << 1), <u16>(size + cell), NEXT);
  }
}

/** Makes the table that stands for one symbol and takes no bits. */
export function buildRunTable(slot: usize, symbol: u32): void {
  store<u32>(slot, 0, TABLE_LOG);
  store<u64>(slot + (<usize>symbol << 3), 0, SYMBOLS);
  store<u32>(slot, 0, NEXT);
}

/** The state that stands for `symbol`, from which encoding starts. */
export function initState(slot: usize, symbol: u32): u32 {
  const entry = slot + (<usize>symbol << 3);
  const delta = load<u32>(entry, SYMBOLS);
  const bits = (delta + (1 << 15)) >> 16;
  const value = ((bits << 16) - delta) >> bits;
  return load<u16>(slot + (<usize>(<i32>value + load<i32>(entry, SYMBOLS + 4)) << 1), NEXT);
}

/** Bits that `state` puts out when `symbol` is encoded: that many of its lowest. */
// @ts-ignore: decorator
@inline
export function bitsOut(slot: usize, state: u32, symbol: u32): u32 {
  return (state + load<u32>(slot + (<usize>symbol << 3), SYMBOLS)) >> 16;
}

/** The state after `symbol`. */
// @ts-ignore: decorator
@inline
export function nextState(slot: usize, state: u32, symbol: u32, bits: u32): u32 {
  const start = load<i32>(slot + (<usize>symbol << 3), SYMBOLS + 4);
  return load<u16>(slot + (<usize>(<i32>(state >> bits) + start) << 1), NEXT);
}
