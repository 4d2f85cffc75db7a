// Huffman tables for literals (RFC 8878, 4.2), indexed by the next 11 bits whatever the longest code.
// A single entry is a u16: bits 0-7 the code's length, 8-15 the symbol. A pair entry is a u32: bits 0-7 the
// length of one or two codes, 8-15 and 16-23 their symbols, 24-31 how many they are.

import { CORRUPT } from "../fault";
import { accuracyLog, buildTable, readDistribution, symbolCount } from "./fse";
import { counts, pairTable, pairTemplate, singleTable, weightTable, weights } from "./memory";

const INDEX_BITS: u32 = 11;

/** Reads a tree description and fills the table of single symbols. Returns the bytes it takes, or CORRUPT. */
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
  return fillSingles(listed) ? length : CORRUPT;
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

/** Adds the last weight, which is not listed, and fills the table of single symbols. */
function fillSingles(listed: i32): bool {
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

  const scale = INDEX_BITS - depth;
  let place: u32 = 0;
  for (let weight: u32 = 1; weight <= depth; weight++) {
    const count = <u32>load<u16>(places + (weight << 1));
    store<u16>(places + (weight << 1), <u16>place);
    place += (count << (weight - 1)) << scale;
  }
  const table = singleTable();
  for (let symbol = 0; symbol <= listed; symbol++) {
    const weight = <u32>load<u8>(list + symbol);
    if (weight == 0) continue;
    const width = depth + 1 - weight;
    const size = <u32>1 << (weight - 1 + scale);
    const first = <u32>load<u16>(places + (weight << 1));
    store<u16>(places + (weight << 1), <u16>(first + size));
    const to = table + (first << 1);
    const entry = <u16>((symbol << 8) | width);
    if (size >= 8) {
      const vector = i16x8.splat(entry);
      for (let i: u32 = 0; i < size << 1; i += 16) v128.store(to + i, vector);
    } else {
      for (let i: u32 = 0; i < size << 1; i += 2) store<u16>(to + i, entry);
    }
  }
  return true;
}

/**
 * Fills the table of pairs from that of single symbols. All codes of one length are followed by the same: that
 * is worked out once, as a template, to which each symbol is added in whole vectors.
 */
export function fillPairs(): void {
  const singles = singleTable();
  const table = pairTable();
  const template = pairTemplate();
  let templateWidth: u32 = 0;
  for (let place: u32 = 0; place < 1 << INDEX_BITS;) {
    const single = <u32>load<u16>(singles + (place << 1));
    const width = single & 0xff;
    const size: u32 = 1 << (INDEX_BITS - width);
    if (width != templateWidth) {
      templateWidth = width;
      for (let i: u32 = 0; i < size; i++) {
        const second = <u32>load<u16>(singles + (i << width << 1));
        const both = (second & 0xff) + width;
        store<u32>(
          template + (i << 2),
          both <= INDEX_BITS ? ((second & 0xff00) << 8) | both | (2 << 24) : width | (1 << 24),
        );
      }
    }
    const to = table + (place << 2);
    const symbol = single & 0xff00;
    if (size >= 4) {
      const vector = i32x4.splat(symbol);
      for (let i: u32 = 0; i < size << 2; i += 16) v128.store(to + i, v128.or(v128.load(template + i), vector));
    } else {
      for (let i: u32 = 0; i < size << 2; i += 4) store<u32>(to + i, load<u32>(template + i) | symbol);
    }
    place += size;
  }
}
