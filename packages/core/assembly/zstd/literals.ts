// The literals section of a compressed block (RFC 8878, 3.1.1.3.1).

import { CORRUPT } from "../fault";
import { decodeFourStreams, decodeOneStream } from "./huffman-streams";
import { readHuffmanTree } from "./huffman-table";
import { literalBuffer, SLACK } from "./memory";

/** Where the literals are that `readLiterals` found, with SLACK bytes behind them that may be read. */
export let literals: usize = 0;
export let literalsLength: usize = 0;

let hasTree = false;

/** Forgets the Huffman tree of the frame before. */
export function resetLiterals(): void {
  hasTree = false;
}

/**
 * Reads the literals section at the start of [start, end), all of a block, which is at most `maxLength` long
 * when decoded. They are left where they are if nothing is to be done and they may be read up to `limit`.
 * Returns the bytes it takes, or CORRUPT.
 */
export function readLiterals(start: usize, end: usize, maxLength: usize, limit: usize): i32 {
  const available = end - start;
  if (available == 0) return CORRUPT;
  const first = <usize>load<u8>(start);
  const kind = first & 3;
  const form = (first >> 2) & 3;
  const buffer = literalBuffer();
  literals = buffer;

  if (kind < 2) {
    let length = first >> 3;
    let header: usize = 1;
    if (form == 1) {
      if (available < 2) return CORRUPT;
      length = <usize>load<u16>(start) >> 4;
      header = 2;
    } else if (form == 3) {
      if (available < 3) return CORRUPT;
      length = (<usize>load<u16>(start) | (<usize>load<u8>(start, 2) << 16)) >> 4;
      header = 3;
    }
    if (length > maxLength) return CORRUPT;
    literalsLength = length;
    const from = start + header;
    if (kind == 1) {
      if (available == header) return CORRUPT;
      memory.fill(buffer, load<u8>(from), length);
      return <i32>header + 1;
    }
    if (length > available - header) return CORRUPT;
    if (from + length + SLACK <= limit) literals = from;
    else memory.copy(buffer, from, length);
    return <i32>(header + length);
  }

  const header: usize = form < 2 ? 3 : form + 2;
  if (available < header) return CORRUPT;
  let sizes: u64 = <u64>load<u16>(start) | (<u64>load<u8>(start, 2) << 16);
  if (header > 3) sizes |= <u64>load<u8>(start, 3) << 24;
  if (header > 4) sizes |= <u64>load<u8>(start, 4) << 32;
  const width: u64 = form < 2 ? 10 : form == 2 ? 14 : 18;
  const length = <usize>(sizes >>> 4) & ((1 << <usize>width) - 1);
  const compressed = <usize>(sizes >>> (4 + width));
  if (length > maxLength || length == 0 || compressed > available - header) return CORRUPT;
  literalsLength = length;
  let from = start + header;
  const to = from + compressed;
  if (kind == 2) {
    const tree = readHuffmanTree(from, to);
    if (tree < 0) return CORRUPT;
    from += tree;
    hasTree = true;
    } else if (!hasTree) {
    return CORRUPT;
  }
  if (from >= to) return CORRUPT;
  if (form == 0) {
    if (decodeOneStream(from, to, buffer, length) != 0) return CORRUPT;
  } else if (length < 6 || decodeFourStreams(from, to, buffer, length) != 0) {
    return CORRUPT;
  }
  return <i32>(header + compressed);
}
