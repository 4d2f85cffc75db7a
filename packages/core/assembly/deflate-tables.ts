// The tables by which Huffman codes of DEFLATE are decoded: a root table indexed by the next bits of input, and
// tables of the second level behind it for longer codes. Which codes are refused is what zlib refuses.
//
// An entry, 32 bits:
//   0–7    bits of input that it takes, extra bits included; of a link, those that the root table is indexed by
//   8–11   of these, the bits of the code; of a link, the bits that the second table is indexed by
//   12     EXCEPTIONAL: none of the following two
//   13     LINK to a table of the second level (EXCEPTIONAL too)
//   14     END of the block (EXCEPTIONAL too)
//   15     LITERAL
//   16–31  the literal, the base of a length or distance, or the index of the linked table's first entry

import { decoderTables } from "./layout";

export const EXCEPTIONAL: u32 = 1 << 12;
export const LINK: u32 = 1 << 13;
export const END: u32 = 1 << 14;
export const LITERAL: u32 = 1 << 15;

/** A code that no symbol has. */
const INVALID: u32 = EXCEPTIONAL | 1;

/** Bits that the root tables are indexed by. */
export const SYMBOL_BITS: u32 = 11;
export const DISTANCE_BITS: u32 = 8;
/** Codes of the lengths of codes have no more than this, and no second level. */
export const LENGTH_BITS: u32 = 7;
const MAX_BITS: u32 = 15;

/** The most entries that complete codes can need: of 288 symbols with 11 root bits, of 32 with 8. */
const SYMBOL_ENTRIES: usize = 2342;
const DISTANCE_ENTRIES: usize = 402;

// Byte offsets of what this needs, from decoderTables() on.
const SYMBOL_TABLE: usize = 0;
const DISTANCE_TABLE: usize = SYMBOL_TABLE + SYMBOL_ENTRIES * 4;
const LENGTH_TABLE: usize = DISTANCE_TABLE + DISTANCE_ENTRIES * 4;
/** How long the code of each symbol is, a byte each: 288 + 32. */
const CODE_LENGTHS: usize = LENGTH_TABLE + (4 << LENGTH_BITS);
/** Symbols in the order of their codes, 16 bits each. */
const SORTED: usize = CODE_LENGTHS + 320;
/** Codes of each length, then where each length begins among the sorted symbols; 16 numbers of 32 bits each. */
const COUNTS: usize = SORTED + 288 * 2;
const STARTS: usize = COUNTS + 16 * 4;
export const TABLES_SIZE: usize = STARTS + 16 * 4;

export function symbolTable(): usize {
  return decoderTables() + SYMBOL_TABLE;
}

export function distanceTable(): usize {
  return decoderTables() + DISTANCE_TABLE;
}

export function lengthTable(): usize {
  return decoderTables() + LENGTH_TABLE;
}

export function codeLengths(): usize {
  return decoderTables() + CODE_LENGTHS;
}

/** Extra bits in the low byte, base above, of the symbols 257 to 285; two more that no stream may use. */
const LENGTH_CODES = memory.data<u16>([
  0x300, 0x400, 0x500, 0x600, 0x700, 0x800, 0x900, 0xa00, 0xb01, 0xd01, 0xf01, 0x1101, 0x1302, 0x1702, 0x1b02, 0x1f02,
  0x2303, 0x2b03, 0x3303, 0x3b03, 0x4304, 0x5304, 0x6304, 0x7304, 0x8305, 0xa305, 0xc305, 0xe305, 0, 0, 0,
]);

/** The entry of a length or the end of the block, without its code. */
function symbolEntry(symbol: u32): u32 {
  if (symbol == 256) return EXCEPTIONAL | END;
  if (symbol == 285) return 258 << 16;
  if (symbol > 285) return EXCEPTIONAL;
  const code: u32 = load<u16>(LENGTH_CODES + ((symbol - 257) << 1));
  return ((code >>> 8) << 16) | (code & 0xff);
}

/** The entry of a distance, without its code: two symbols for each number of extra bits. */
function distanceEntry(symbol: u32): u32 {
  if (symbol > 29) return EXCEPTIONAL;
  if (symbol < 2) return (symbol + 1) << 16;
  const extra: u32 = (symbol >>> 1) - 1;
  return ((((2 | (symbol & 1)) << extra) + 1) << 16) | extra;
}

/** What the symbols of a code are. */
export const KIND_SYMBOLS: u32 = 0;
export const KIND_DISTANCES: u32 = 1;
/** Lengths of codes: the entry's value is the symbol. */
export const KIND_LENGTHS: u32 = 2;

// @ts-ignore: decorator
@inline
function entryOf(kind: u32, symbol: u32): u32 {
  if (kind == KIND_SYMBOLS) return symbol < 256 ? LITERAL | (symbol << 16) : symbolEntry(symbol);
  return kind == KIND_DISTANCES ? distanceEntry(symbol) : symbol << 16;
}

/**
 * Fills a table from the code lengths of `count` symbols at `lengths`. False for a code that has more words than
 * there are, or fewer; but one with a single word of one bit is good, and so is one without any, whose use is a fault.
 */
export function buildTable(kind: u32, lengths: usize, count: u32, table: usize, rootBits: u32): bool {
  const base = decoderTables();
  const counts = base + COUNTS;
  const starts = base + STARTS;
  const sorted = base + SORTED;
  for (let i: usize = 0; i < 64; i += 16) v128.store(counts + i, i64x2.splat(0));
  for (let i: u32 = 0; i < count; i++) {
    const at = counts + (<usize>load<u8>(lengths + i) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let longest = MAX_BITS;
  while (longest != 0 && load<u32>(counts + (longest << 2)) == 0) longest--;
  let free: i32 = 1;
  let start: u32 = 0;
  for (let bits: u32 = 1; bits <= MAX_BITS; bits++) {
    const words = load<u32>(counts + (bits << 2));
    store<u32>(starts + (bits << 2), start);
    start += words;
    free = (free << 1) - words;
    if (free < 0) return false;
  }
  if (free > 0 && (longest > 1 || kind == KIND_LENGTHS)) return false;
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const bits = load<u8>(lengths + symbol);
    if (bits == 0) continue;
    const at = starts + (<usize>bits << 2);
    const rank = load<u32>(at);
    store<u32>(at, rank + 1);
    store<u16>(sorted + (rank << 1), symbol);
  }

  let next = sorted;
  // The bits of the next word as they come in the input: its first one, the highest, is bit 0 here.
  let code: u32 = 0;
  // Words of one length are put into a table of this length, which is doubled for the next one: those of the longer
  // words are overwritten then.
  store<u64>(table, (<u64>INVALID << 32) | INVALID);
  for (let bits: u32 = 1; bits <= rootBits; bits++) {
    const half = <usize>2 << bits;
    if (bits > 1) {
      for (let i: usize = 0; i < half; i += 16) v128.store(table + half + i, v128.load(table + i));
    }
    for (let left = load<u32>(counts + (bits << 2)); left != 0; left--) {
      store<u32>(table + (code << 2), entryOf(kind, load<u16>(next)) + bits * 0x101);
      next += 2;
      code = wordAfter(code, bits);
    }
  }

  const rootSize: u32 = 1 << rootBits;
  let end = rootSize;
  let sub: u32 = 0;
  let subBits: u32 = 0;
  let prefix: u32 = 0xffffffff;
  for (let bits = rootBits + 1; bits <= longest; bits++) {
    for (let left = load<u32>(counts + (bits << 2)); left != 0; left--) {
      if ((code & (rootSize - 1)) != prefix) {
        prefix = code & (rootSize - 1);
        // As large as the words that follow and begin alike need.
        subBits = bits - rootBits;
        for (let words = left; words < <u32>1 << subBits; ) {
          subBits++;
          words = (words << 1) + load<u32>(counts + ((rootBits + subBits) << 2));
        }
        sub = end;
        end += 1 << subBits;
        store<u32>(table + (prefix << 2), EXCEPTIONAL | LINK | (sub << 16) | (subBits << 8) | rootBits);
      }
      const word = entryOf(kind, load<u16>(next)) + (bits - rootBits) * 0x101;
      next += 2;
      for (let i = code >>> rootBits; i < <u32>1 << subBits; i += 1 << (bits - rootBits)) {
        store<u32>(table + ((sub + i) << 2), word);
      }
      code = wordAfter(code, bits);
    }
  }
  return true;
}

/** The word that follows another one of `bits` bits, both reversed: 1 is added to the highest bit, the carry goes down. */
// @ts-ignore: decorator
@inline
function wordAfter(code: u32, bits: u32): u32 {
  const zeros = code ^ ((1 << bits) - 1);
  const top = <u32>1 << (31 - clz(zeros));
  return (code & (top - 1)) | top;
}
