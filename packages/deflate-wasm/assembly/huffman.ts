// Huffman codes of limited length.

import { BUCKETS, BUCKET_COUNT, LEAVES, NODES } from "./memory-plan";

/** A leaf is its count above its symbol. */
const SYMBOL_BITS: u32 = 9;
const SYMBOL_MASK: u32 = (1 << SYMBOL_BITS) - 1;

/** Puts the symbols with a count to LEAVES, rarest first; returns how many there are. */
function sortLeaves(counts: usize, size: usize): usize {
  memory.fill(BUCKETS, 0, BUCKET_COUNT * 2);
  let used: usize = 0;
  for (let symbol: usize = 0; symbol < size; symbol++) {
    const count = <usize>load<u16>(counts + (symbol << 1));
    if (count == 0) continue;
    store<u32>(NODES + (used++ << 2), ((<u32>count) << SYMBOL_BITS) | <u32>symbol);
    const bucket = BUCKETS + (min(count, BUCKET_COUNT - 1) << 1);
    store<u16>(bucket, load<u16>(bucket) + 1);
  }
  let before: u32 = 0;
  for (let bucket = BUCKETS; before < <u32>used; bucket += 2) {
    const count = <u32>load<u16>(bucket);
    store<u16>(bucket, <u16>before);
    before += count;
  }
  for (let k: usize = 0; k < used; k++) {
    const leaf = load<u32>(NODES + (k << 2));
    const bucket = BUCKETS + (min(<usize>(leaf >> SYMBOL_BITS), BUCKET_COUNT - 1) << 1);
    const rank = <usize>load<u16>(bucket);
    store<u16>(bucket, <u16>(rank + 1));
    store<u32>(LEAVES + (rank << 2), leaf);
  }
  // the last bucket holds all large counts: few
  const largest = LEAVES + (used << 2);
  let from = largest;
  while (from > LEAVES && load<u32>(from - 4) >> SYMBOL_BITS >= <u32>BUCKET_COUNT - 1) from -= 4;
  for (let next = from + 4; next < largest; next += 4) {
    const leaf = load<u32>(next);
    let to = next;
    for (; to > from && load<u32>(to - 4) > leaf; to -= 4) store<u32>(to, load<u32>(to - 4));
    store<u32>(to, leaf);
  }
  return used;
}

/**
 * Sets `lengths`, u8, of `size` symbols with u16 `counts`: the shortest code whose lengths are at most `limit`, or one
 * that is little longer. A code has two symbols at least, as some decoders want it.
 */
export function buildLengths(counts: usize, size: usize, limit: u32, lengths: usize): void {
  memory.fill(lengths, 0, size);
  const used = sortLeaves(counts, size);
  if (used < 2) {
    const symbol = used == 0 ? <usize>0 : <usize>(load<u32>(LEAVES) & SYMBOL_MASK);
    store<u8>(lengths + symbol, 1);
    store<u8>(lengths + <usize>(symbol == 0), 1);
    return;
  }
  // Joins the two lightest until one is left. NODES holds the weights, then parents, of the joined ones.
  let leaf = LEAVES;
  const leafEnd = LEAVES + (used << 2);
  let node = NODES;
  let nodeEnd = NODES;
  const lastNode = NODES + ((used - 2) << 2);
  // the leaves' parents are not needed: how many leaves a depth has follows from its inner nodes
  while (true) {
    let weight: u32 = 0;
    for (let k = 0; k < 2; k++) {
      if (leaf < leafEnd && (node == nodeEnd || load<u32>(leaf) >> SYMBOL_BITS <= load<u32>(node))) {
        weight += load<u32>(leaf) >> SYMBOL_BITS;
        leaf += 4;
      } else {
        weight += load<u32>(node);
        store<u32>(node, <u32>nodeEnd);
        node += 4;
      }
    }
    if (nodeEnd == lastNode) break;
    store<u32>(nodeEnd, weight);
    nodeEnd += 4;
  }
  // From the root down a node's depth takes its parent's place; leaves per depth in BUCKETS.
  memory.fill(BUCKETS, 0, 32 * 2);
  store<u32>(lastNode, 0);
  store<u16>(BUCKETS + 2, 2);
  for (node = lastNode; node > NODES;) {
    node -= 4;
    const depth = load<u32>(<usize>load<u32>(node)) + 1;
    store<u32>(node, depth);
    // an inner node here: one leaf less, two more below; above the limit, a higher leaf is taken apart instead
    let at = min(depth, limit - 1);
    while (load<u16>(BUCKETS + (at << 1)) == 0) at--;
    const count = BUCKETS + (at << 1);
    store<u16>(count, load<u16>(count) - 1);
    store<u16>(count + 2, load<u16>(count + 2) + 2);
  }
  leaf = LEAVES;
  for (let length = limit; length > 0; length--) {
    for (let left = load<u16>(BUCKETS + (length << 1)); left > 0; left--) {
      store<u8>(lengths + <usize>(load<u32>(leaf) & SYMBOL_MASK), <u8>length);
      leaf += 4;
    }
  }
}

/** Sets the u16 `codes` that belong to `lengths`, first bit lowest. */
export function buildCodes(lengths: usize, size: usize, codes: usize): void {
  memory.fill(BUCKETS, 0, 17 * 2);
  for (let symbol: usize = 0; symbol < size; symbol++) {
    const count = BUCKETS + (<usize>load<u8>(lengths + symbol) << 1);
    store<u16>(count, load<u16>(count) + 1);
  }
  store<u16>(BUCKETS, 0);
  let code: u32 = 0;
  for (let length: usize = 1; length <= 15; length++) {
    const entry = BUCKETS + (length << 1);
    const count = <u32>load<u16>(entry);
    store<u16>(entry, <u16>code);
    code = (code + count) << 1;
  }
  for (let symbol: usize = 0; symbol < size; symbol++) {
    const length = <u32>load<u8>(lengths + symbol);
    const entry = BUCKETS + (length << 1);
    const next = <u32>load<u16>(entry);
    store<u16>(entry, <u16>(next + 1));
    store<u16>(codes + (symbol << 1), <u16>(reverse16(next) >> (16 - length)));
  }
}

function reverse16(bits: u32): u32 {
  bits = ((bits & 0x5555) << 1) | ((bits >> 1) & 0x5555);
  bits = ((bits & 0x3333) << 2) | ((bits >> 2) & 0x3333);
  bits = ((bits & 0x0f0f) << 4) | ((bits >> 4) & 0x0f0f);
  return ((bits & 0xff) << 8) | (bits >> 8);
}
