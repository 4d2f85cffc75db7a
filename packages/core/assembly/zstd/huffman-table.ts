// Huffman tables for literals (RFC 8878, 4.2), indexed by the next 11 bits whatever the longest code.
// An entry is a u16: bits 0-7 the code's length, 8-15 the symbol. (Entries of two symbols, as libzstd has, were
// slower by up to 10 % at 4 and 64 KiB: the four streams' outputs then advance each on its own.)

import { CORRUPT } from "../fault";
import { accuracyLog, buildTable, readDistribution, symbolCount } from "./fse";
import { counts, huffmanTable, nextRanks, spreadSymbols, weightTable, weights } from "./memory";

const INDEX_BITS: u32 = 11;

/** Reads a tree description and fills the table. Returns the bytes it takes, or CORRUPT. */
export function readHuffmanTree(start: usize, end: usize): i32 {
  if (start >= end) return CORRUPT;
  const header = <i32>load<u8>(start);
  const list = weights();
  let listed: i32;
  let length: i32;
  if (header >= 128) {
    listed = header - 127;
    length = 1 + ((listed + 1) >> 1);
    if (<usize>length > end - start) return CORRUPT;
    for (let i = 0; i < listed; i += 2) {
      const both = <i32>load<u8>(start + 1 + (i >> 1));
      store<u16>(list + i, (both >> 4) | ((both & 15) << 8));
    }
  } else {
    length = 1 + header;
    if (<usize>length > end - start) return CORRUPT;
    listed = readWeights(start + 1, start + length);
    if (listed < 0) return CORRUPT;
  }
  return fillTable(listed) ? length : CORRUPT;
}

/** Reads weights that are compressed themselves. Returns how many, or CORRUPT. */
function readWeights(start: usize, end: usize): i32 {
  const header = readDistribution(start, end, 6, 256);
  if (header < 0) return CORRUPT;
  const log = accuracyLog;
  const table = weightTable();
  buildTable(table, log, symbolCount, 0, 0);
  start += header;
  if (start >= end || load<u8>(end - 1) == 0) return CORRUPT;
  let left = <i32>((end - start) << 3) - (<i32>clz(<u32>load<u8>(end - 1)) - 23);
  left -= log;
  let even = table + (bitsAt(start, left, log) << 3);
  left -= log;
  if (left < 0) return CORRUPT;
  let odd = table + (bitsAt(start, left, log) << 3);
  const list = weights();
  let listed = 0;
  // The last of the two states to come by gives its symbol, and there is nothing left to move it by.
  while (listed < 254) {
    const entry = load<u64>(even);
    const width = <i32>(entry >>> 8) & 0xff;
    store<u8>(list + listed, <u8>(entry >>> 32));
    listed++;
    left -= width;
    if (left < 0) {
      store<u8>(list + listed, load<u8>(odd, 4));
      return listed + 1;
    }
    even = odd;
    odd = table + ((<usize>(<u32>(entry >>> 16) & 0xffff) + bitsAt(start, left, width)) << 3);
  }
  return CORRUPT;
}

/** `width` bits (at most 8) from bit `position` of the bytes at `start` on. */
function bitsAt(start: usize, position: i32, width: i32): usize {
  if (position < 0) return 0;
  const at = start + (position >> 3);
  // The stream's last byte is on its own: nothing behind it may be read.
  const shift = position & 7;
  let bits = <u32>load<u8>(at);
  if (shift + width > 8) bits |= <u32>load<u8>(at + 1) << 8;
  return (bits >>> shift) & ((1 << width) - 1);
}

/** Adds the last weight, which is not listed, and fills the table. */
function fillTable(listed: i32): bool {
  const list = weights();
  // Where the next code of each weight goes, after how many codes have it.
  const places = counts();
  v128.store(places, i64x2.splat(0));
  v128.store(places, i64x2.splat(0), 16);
  let total: u32 = 0;
  for (let i = 0; i < listed; i++) {
    const weight = <u32>load<u8>(list + i);
    if (weight > INDEX_BITS) return false;
    store<u16>(places + (weight << 1), load<u16>(places + (weight << 1)) + 1);
    total += (1 << weight) >> 1;
  }
  if (total == 0) return false;
  const depth: u32 = 32 - clz(total);
  if (depth > INDEX_BITS) return false;
  const rest = (1 << depth) - total;
  if ((rest & (rest - 1)) != 0) return false;
  const last = 32 - clz(rest);
  store<u8>(list + listed, last);
  store<u16>(places + (last << 1), load<u16>(places + (last << 1)) + 1);
  // The tree's two longest codes are siblings.
  if (load<u16>(places, 2) < 2) return false;

  // The symbols by weight, so that each loop below fills pieces of one size.
  const sorted = spreadSymbols();
  const ends = nextRanks();
  let end: u32 = 0;
  for (let weight: u32 = 0; weight <= depth; weight++) {
    const count = <u32>load<u16>(places + (weight << 1));
    store<u16>(ends + (weight << 1), <u16>end);
    end += count;
  }
  for (let symbol = 0; symbol <= listed; symbol++) {
    const place = ends + (<usize>load<u8>(list + symbol) << 1);
    const at = <u32>load<u16>(place);
    store<u8>(sorted + at, <u8>symbol);
    store<u16>(place, <u16>(at + 1));
  }
  let to = huffmanTable();
  let next = sorted + load<u16>(places);
  for (let weight: u32 = 1; weight <= depth; weight++) {
    const width = depth + 1 - weight;
    const size: u32 = 2 << (INDEX_BITS - width);
    const last = sorted + load<u16>(ends + (weight << 1));
    for (; next < last; next++) {
      const entry = (<u32>load<u8>(next) << 8) | width;
      if (size >= 16) {
        const vector = i16x8.splat(<i16>entry);
        for (let i: u32 = 0; i < size; i += 16) v128.store(to + i, vector);
      } else {
        // What this writes too much is written again: 256 codes at most leave a larger piece at the end.
        store<u64>(to, <u64>(entry * 0x10001) * 0x100000001);
      }
      to += size;
    }
  }
  return true;
}
