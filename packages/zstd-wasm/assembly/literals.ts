// The literals section of a block (RFC 8878, 3.1.1.3.1).

import { LITERAL_COUNTS, LITERALS } from "./memory-plan";
import { NO_CODE, buildCode, codedBits, huffmanTable, putStream, putTree, treeSize } from "./huffman";

const RAW: u32 = 0;
const RUN: u32 = 1;
const COMPRESSED: u32 = 2;
const TREELESS: u32 = 3;

/** Up to here, one stream does; it is smaller than four. */
const MAX_SINGLE: usize = 1023;

/** Which Huffman table is in force; the other one is free. */
let current: usize = 0;
let valid = false;
let made = false;

/** A new frame: no table is in force. */
export function beginLiterals(): void {
  valid = false;
}

/** The block last put is kept: its table comes into force. */
export function keepLiterals(): void {
  if (!made) return;
  current ^= 1;
  valid = true;
}

function countLiterals(count: usize): void {
  memory.fill(LITERAL_COUNTS, 0, 1024);
  for (let k: usize = 0; k < count; k++) {
    const at = LITERAL_COUNTS + (<usize>load<u8>(LITERALS + k) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}

function putPlainHeader(out: usize, kind: u32, count: usize): usize {
  const size = <u32>count;
  if (count < 32) {
    store<u8>(out, <u8>(kind | (size << 3)));
    return out + 1;
  }
  if (count < 4096) {
    store<u16>(out, <u16>(kind | 4 | (size << 4)));
    return out + 2;
  }
  store<u32>(out, kind | 12 | (size << 4));
  return out + 3;
}

function plainHeaderSize(count: usize): usize {
  return count < 32 ? 1 : count < 4096 ? 2 : 3;
}

function putStreams(out: usize, table: usize, count: usize): usize {
  const literals = LITERALS;
  const end = literals + count;
  if (count <= MAX_SINGLE) return putStream(out, table, literals, end);
  const share = (count + 3) >> 2;
  const sizes = out;
  out += 6;
  for (let k: usize = 0; k < 4; k++) {
    const from = literals + k * share;
    const next = putStream(out, table, from, min(end, from + share));
    if (k < 3) store<u16>(sizes + (k << 1), <u16>(next - out));
    out = next;
  }
  return out;
}

/** About how many bits, in 1/256, a section takes for literals of the counts that stand at LITERAL_COUNTS. */
export function literalsCost(count: u32): u32 {
  const plain = count << 3;
  const bits = buildCode(huffmanTable(current ^ 1), LITERAL_COUNTS);
  const coded = bits == NO_CODE ? plain : bits + (<u32>(treeSize() + (count <= <u32>MAX_SINGLE ? 3 : 12)) << 3);
  return min(coded, plain + 16) << 8;
}

/** Writes the section for the first `count` literals; returns where it ends. */
export function putLiterals(out: usize, count: usize): usize {
  made = false;
  countLiterals(count);
  const first = load<u32>(LITERAL_COUNTS + (<usize>load<u8>(LITERALS) << 2));
  if (count > 3 && first == <u32>count) {
    out = putPlainHeader(out, RUN, count);
    store<u8>(out, load<u8>(LITERALS));
    return out + 1;
  }
  const plain = plainHeaderSize(count) + count;
  const streams: usize = count <= MAX_SINGLE ? 3 + 1 : count < 16384 ? 4 + 6 + 4 : 5 + 6 + 4;
  let best = plain;
  let kind = RAW;
  let table: usize = 0;
  if (valid) {
    const bits = codedBits(huffmanTable(current), LITERAL_COUNTS);
    if (bits != NO_CODE) {
      const size = <usize>(bits >> 3) + streams;
      if (size < best) {
        best = size;
        kind = TREELESS;
        table = huffmanTable(current);
      }
    }
  }
  if (count > 5 && first < <u32>count) {
    const fresh = huffmanTable(current ^ 1);
    const bits = buildCode(fresh, LITERAL_COUNTS);
    if (bits != NO_CODE) {
      const size = <usize>(bits >> 3) + streams + treeSize();
      if (size < best) {
        best = size;
        kind = COMPRESSED;
        table = fresh;
        made = true;
      }
    }
  }
  if (kind == RAW) {
    out = putPlainHeader(out, RAW, count);
    memory.copy(out, LITERALS, count);
    return out + count;
  }
  const sizes: usize = count <= MAX_SINGLE ? 0 : count < 16384 ? 2 : 3;
  const headerSize: usize = sizes == 0 ? 3 : sizes + 2;
  let body = out + headerSize;
  const start = body;
  if (kind == COMPRESSED) body = putTree(body);
  body = putStreams(body, table, count);
  const bits: u64 = sizes == 0 ? 10 : sizes == 2 ? 14 : 18;
  const header = <u64>kind | (<u64>sizes << 2) | (<u64>count << 4) | (<u64>(body - start) << (4 + bits));
  store<u16>(out, <u16>header);
  store<u8>(out + 2, <u8>(header >> 16));
  if (headerSize > 3) store<u8>(out + 3, <u8>(header >> 24));
  if (headerSize > 4) store<u8>(out + 4, <u8>(header >> 32));
  return body;
}
