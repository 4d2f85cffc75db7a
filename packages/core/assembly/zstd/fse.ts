// Finite-state-entropy tables (RFC 8878, 4.1). An entry is a u64, laid out for the sequence decoder: bits 0-7
// how many bits follow for the value, 8-15 how many for the next state, 16-31 that state's base, 32-63 the
// value's base. Shifts take the low six bits of their count, so an entry is a shift count as it stands.

import { CORRUPT } from "../fault";
import { counts, nextRanks, spreadSymbols } from "./memory";

/** The accuracy log that `readDistribution` found. */
export let accuracyLog: i32 = 0;
/** The number of symbols that `readDistribution` found. */
export let symbolCount: i32 = 0;

/** Reads a distribution of at most `maxSymbols` symbols into `counts`. Returns the bytes it takes, or CORRUPT. */
export function readDistribution(start: usize, end: usize, maxLog: i32, maxSymbols: i32): i32 {
  if (start >= end) return CORRUPT;
  const log = <i32>(load<u8>(start) & 15) + 5;
  if (log > maxLog) return CORRUPT;
  const into = counts();
  let position = 4;
  let remaining = (1 << log) + 1;
  let threshold = 1 << log;
  let width = log + 1;
  let symbol = 0;
  while (remaining > 1) {
    if (symbol >= maxSymbols) return CORRUPT;
    const bits = peek(start, end, position);
    // Values below `spare` do with one bit less.
    const spare = 2 * threshold - 1 - remaining;
    let value = bits & (threshold - 1);
    if (value < spare) {
      position += width - 1;
    } else {
      value = bits & (2 * threshold - 1);
      if (value >= threshold) value -= spare;
      position += width;
    }
    const count = value - 1;
    remaining -= count < 0 ? 1 : count;
    store<i16>(into + (symbol << 1), <i16>count);
    symbol++;
    if (count == 0) {
      let repeat: i32;
      do {
        repeat = peek(start, end, position) & 3;
        position += 2;
        if (symbol + repeat > maxSymbols) return CORRUPT;
        for (let i = 0; i < repeat; i++) store<i16>(into + (symbol++ << 1), 0);
      } while (repeat == 3);
    }
    while (remaining < threshold) {
      threshold >>= 1;
      width--;
    }
  }
  const length = (position + 7) >> 3;
  if (<usize>length > end - start) return CORRUPT;
  accuracyLog = log;
  symbolCount = symbol;
  return length;
}

/** At least 25 bits from bit `position` on, zeros behind the end. */
function peek(start: usize, end: usize, position: i32): i32 {
  const at = start + (position >> 3);
  let bits: u32 = 0;
  if (end - start >= 4 && at <= end - 4) bits = load<u32>(at);
  else for (let i: usize = 0; at + i < end; i++) bits |= <u32>load<u8>(at + i) << <u32>(i << 3);
  return bits >>> (position & 7);
}

/**
 * Builds a table of 2^log entries from `counts`, the first `symbols` of them. Symbol s stands for the value
 * `bases[s]` (u32), with `widths[s]` (u8) more bits; without these, for s itself.
 */
export function buildTable(table: usize, log: i32, symbols: i32, bases: usize, widths: usize): void {
  const next = nextRanks();
  const spread = spreadSymbols();
  const size: u32 = 1 << log;
  const mask = size - 1;
  // Symbols of less than one state's probability have one each, from the end of the table down.
  let high = mask;
  for (let symbol = 0; symbol < symbols; symbol++) {
    let count = load<i16>(counts() + (symbol << 1));
    if (count == -1) {
      store<u8>(spread + high, symbol);
      high--;
      count = 1;
    }
    store<i16>(next + (symbol << 1), count);
  }
  let position: u32 = 0;
  const step = (size >> 1) + (size >> 3) + 3;
  for (let symbol = 0; symbol < symbols; symbol++) {
    for (let count = load<i16>(counts() + (symbol << 1)); count > 0; count--) {
      store<u8>(spread + position, symbol);
      do position = (position + step) & mask;
      while (position > high);
    }
  }
  for (let state: u32 = 0; state < size; state++) {
    const symbol = <u32>load<u8>(spread + state);
    const rank = <u32>load<u16>(next + (symbol << 1));
    store<u16>(next + (symbol << 1), <u16>(rank + 1));
    const width = log - 31 + clz(rank);
    const entry = (<u64>((rank << width) - size) << 16) | (<u64>width << 8);
    store<u64>(
      table + (state << 3),
      bases == 0
        ? entry | (<u64>symbol << 32)
        : entry | (<u64>load<u32>(bases + (symbol << 2)) << 32) | <u64>load<u8>(widths + symbol),
    );
  }
}
