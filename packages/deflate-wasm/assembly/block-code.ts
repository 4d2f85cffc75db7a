// The codes of a block: what they cost, and the header that describes them.

import { putBits } from "./bit-writer";
import { buildCodes, buildLengths } from "./huffman";
import {
  CODES, COSTS, EXTRA_BITS, FIXED_LENGTHS, HEADER, HEADER_CODES, HEADER_COUNTS, HEADER_LENGTHS, HISTOGRAM_SIZE, LENGTHS,
} from "./memory-plan";
import { DISTANCES, END_OF_BLOCK, NO_DISTANCE } from "./symbols";

/** Cost of a symbol without a code; the sum of two such fits u8. */
export const NO_CODE: usize = 100;
const LITERALS: usize = 286;
const DISTANCE_SYMBOLS: usize = 30;
const REPEAT: u32 = 16;
const SHORT_ZEROS: u32 = 17;
const LONG_ZEROS: u32 = 18;
const HEADER_SYMBOLS: usize = 19;
/** Bits of the final flag and the kind of a block. */
const BLOCK_START: usize = 3;

/** Of the block at hand: the lengths described, symbols of the header, its length codes. */
let literalCount: usize = 0;
let distanceCount: usize = 0;
let headerEnd: usize = 0;
let headerLengthCount: usize = 0;

/** The place of a length in the header: 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15. */
function headerOrder(place: usize): usize {
  if (place < 3) return 16 + place;
  if (place == 3) return 0;
  const away = (place - 3) >> 1;
  return (place & 1) == 0 ? 8 + away : 8 - away;
}

function putHeaderSymbol(symbol: u32, extra: u32): void {
  store<u16>(headerEnd, <u16>(symbol | (extra << 8)));
  headerEnd += 2;
  const count = HEADER_COUNTS + (<usize>symbol << 1);
  store<u16>(count, load<u16>(count) + 1);
}

/** Appends the lengths from `at` on to the header as runs. */
function putRuns(at: usize, end: usize): void {
  while (at < end) {
    const length = <u32>load<u8>(at);
    const start = at;
    while (++at < end && load<u8>(at) == length) {}
    let run = <u32>(at - start);
    if (length == 0) {
      while (run >= 11) {
        const taken = min<u32>(run, 138);
        putHeaderSymbol(LONG_ZEROS, taken - 11);
        run -= taken;
      }
      if (run >= 3) {
        putHeaderSymbol(SHORT_ZEROS, run - 3);
        run = 0;
      }
    } else if (run >= 4) {
      putHeaderSymbol(length, 0);
      run--;
      while (run >= 3) {
        // 7 and 8 are better halved than cut to 6 and a rest
        const taken = run == 7 ? 4 : min<u32>(run, 6);
        putHeaderSymbol(REPEAT, taken - 3);
        run -= taken;
      }
    }
    for (; run > 0; run--) putHeaderSymbol(length, 0);
  }
}

function headerExtraBits(symbol: u32): u32 {
  return symbol < REPEAT ? 0 : symbol == REPEAT ? 2 : symbol == SHORT_ZEROS ? 3 : 7;
}

/** Builds the header of LENGTHS; returns its bits, those of the block's start included. */
function buildHeader(): usize {
  literalCount = LITERALS;
  while (load<u8>(LENGTHS + literalCount - 1) == 0) literalCount--;
  distanceCount = DISTANCE_SYMBOLS;
  while (load<u8>(LENGTHS + DISTANCES + distanceCount - 1) == 0) distanceCount--;
  memory.fill(HEADER_COUNTS, 0, HEADER_SYMBOLS * 2);
  headerEnd = HEADER;
  putRuns(LENGTHS, LENGTHS + literalCount);
  putRuns(LENGTHS + DISTANCES, LENGTHS + DISTANCES + distanceCount);
  buildLengths(HEADER_COUNTS, HEADER_SYMBOLS, 7, HEADER_LENGTHS);
  headerLengthCount = HEADER_SYMBOLS;
  while (headerLengthCount > 4 && load<u8>(HEADER_LENGTHS + headerOrder(headerLengthCount - 1)) == 0) headerLengthCount--;
  let bits: usize = BLOCK_START + 14 + 3 * headerLengthCount;
  for (let symbol: u32 = 0; symbol < <u32>HEADER_SYMBOLS; symbol++) {
    const count = <u32>load<u16>(HEADER_COUNTS + (<usize>symbol << 1));
    bits += count * (load<u8>(HEADER_LENGTHS + <usize>symbol) + headerExtraBits(symbol));
  }
  return bits;
}

/** Bits of the symbols of a histogram by COSTS. */
function countedCost(counts: usize): usize {
  let bits: usize = 0;
  for (let k: usize = 0; k < 320; k++) bits += <usize>load<u16>(counts + (k << 1)) * load<u8>(COSTS + k);
  return bits;
}

/** Sets COSTS by LENGTHS. */
function setCosts(): void {
  for (let k: usize = 0; k < 320; k++) {
    const length = <u32>load<u8>(LENGTHS + k);
    store<u8>(COSTS + k, <u8>(length == 0 ? <u32>NO_CODE : length + load<u8>(EXTRA_BITS + k)));
  }
  store<u8>(COSTS + DISTANCES + NO_DISTANCE, 0);
}

/**
 * Makes the codes of a block with the symbols of a histogram, which counts its end too. COSTS then holds what a symbol
 * costs. Returns the bits of the block as a whole.
 */
export function buildDynamic(counts: usize): usize {
  buildLengths(counts, LITERALS, 15, LENGTHS);
  buildLengths(counts + DISTANCES * 2, DISTANCE_SYMBOLS, 15, LENGTHS + DISTANCES);
  store<u16>(LENGTHS + LITERALS, 0);
  store<u16>(LENGTHS + DISTANCES + DISTANCE_SYMBOLS, 0);
  setCosts();
  return buildHeader() + countedCost(counts);
}

/** The same with the fixed codes. */
export function takeFixed(counts: usize): usize {
  memory.copy(LENGTHS, FIXED_LENGTHS, 320);
  setCosts();
  return BLOCK_START + countedCost(counts);
}

/** Writes the start of a block with the codes that were built, and makes CODES. */
export function putDynamicStart(last: u32): void {
  putBits(last | (2 << 1), 3);
  putBits(<u32>(literalCount - 257) | (<u32>(distanceCount - 1) << 5) | (<u32>(headerLengthCount - 4) << 10), 14);
  for (let k: usize = 0; k < headerLengthCount; k++) putBits(load<u8>(HEADER_LENGTHS + headerOrder(k)), 3);
  buildCodes(HEADER_LENGTHS, HEADER_SYMBOLS, HEADER_CODES);
  for (let at = HEADER; at < headerEnd; at += 2) {
    const symbol = <usize>load<u8>(at);
    const length = <u32>load<u8>(HEADER_LENGTHS + symbol);
    const code = <u32>load<u16>(HEADER_CODES + (symbol << 1));
    putBits(code | (<u32>load<u8>(at, 1) << length), length + headerExtraBits(<u32>symbol));
  }
  makeCodes();
}

export function putFixedStart(last: u32): void {
  putBits(last | (1 << 1), 3);
  makeCodes();
}

function makeCodes(): void {
  // the fixed code has 288 symbols: the last two are never written but take part in the count
  buildCodes(LENGTHS, DISTANCES, CODES);
  buildCodes(LENGTHS + DISTANCES, 32, CODES + DISTANCES * 2);
  store<u8>(LENGTHS + DISTANCES + NO_DISTANCE, 0);
  store<u16>(CODES + (DISTANCES + NO_DISTANCE) * 2, 0);
}

export function putEndOfBlock(): void {
  putBits(load<u16>(CODES + END_OF_BLOCK * 2), load<u8>(LENGTHS + END_OF_BLOCK));
}

/** An empty histogram. */
export function clearCounts(counts: usize): void {
  memory.fill(counts, 0, HISTOGRAM_SIZE);
}
