// Huffman codes of literals: lengths, the tree's description in a block, and streams (RFC 8878, 4.2).

import { buildTable, bitsOut, costOf, fseSlot, initState, nextState, normalize, putDescription, tableLogOf } from "./fse-table";
import { HUFFMAN_SCRATCH, HUFFMAN_TABLES } from "./memory-plan";

export const MAX_CODE_LENGTH: u32 = 11;
/** FSE slot of the weights' table. */
const WEIGHT_SLOT: usize = 12;
const MAX_WEIGHT_LOG: u32 = 6;

/** Leaves in ascending order, count << 8 | symbol, and inner nodes' counts behind: u32. */
const LEAVES: usize = HUFFMAN_SCRATCH;
const INNER: usize = HUFFMAN_SCRATCH + 1024;
/** Parents of inner nodes, then their depths: u16. */
const PARENTS: usize = HUFFMAN_SCRATCH + 2048;
/** Leaves per depth, u32 each: of Huffman's tree, and of the codes, which are no longer than wanted. */
const TREE_DEPTHS: usize = HUFFMAN_SCRATCH + 2560;
const PER_DEPTH: usize = HUFFMAN_SCRATCH + 2816;
/** A deeper tree takes more than 2^27 symbols. */
const DEEPEST: u32 = 40;
const WEIGHTS: usize = HUFFMAN_SCRATCH + 3584;
const WEIGHT_COUNTS: usize = HUFFMAN_SCRATCH + 3840;
const CODE_STARTS: usize = HUFFMAN_SCRATCH + 3904;
/** Descriptions that are compared: 160 bytes each. */
const DESCRIPTION: usize = HUFFMAN_SCRATCH + 4096;
const TRIED_DESCRIPTION: usize = HUFFMAN_SCRATCH + 4352;

let descriptionSize: usize = 0;
let leafCount: u32 = 0;

export function huffmanTable(which: usize): usize {
  return HUFFMAN_TABLES + (which << 10);
}

/** Puts the symbols in ascending order of their counts. */
function sortLeaves(counts: usize): void {
  let count: u32 = 0;
  for (let symbol: u32 = 0; symbol < 256; symbol++) {
    const times = load<u32>(counts + (<usize>symbol << 2));
    if (times != 0) store<u32>(LEAVES + (<usize>(count++) << 2), (times << 8) | symbol);
  }
  leafCount = count;
  // Shell's sort with the gaps of Ciura
  for (let gap: u32 = 57; gap != 0; gap = gap == 57 ? 23 : gap == 23 ? 10 : gap == 10 ? 4 : gap == 4 ? 1 : 0) {
    for (let i = gap; i < count; i++) {
      const key = load<u32>(LEAVES + (<usize>i << 2));
      let k = i;
      while (k >= gap) {
        const before = load<u32>(LEAVES + (<usize>(k - gap) << 2));
        if (before <= key) break;
        store<u32>(LEAVES + (<usize>k << 2), before);
        k -= gap;
      }
      store<u32>(LEAVES + (<usize>k << 2), key);
    }
  }
}

/** Counts the leaves of each depth of Huffman's tree: two queues, both in ascending order. */
function countDepths(): void {
  const leaves = leafCount;
  let leaf: u32 = 0;
  let inner: u32 = 0;
  for (let made: u32 = 0; made < leaves - 1; made++) {
    let sum: u32 = 0;
    for (let k = 0; k < 2; k++) {
      const leafValue = leaf < leaves ? load<u32>(LEAVES + (<usize>leaf << 2)) >> 8 : u32.MAX_VALUE;
      const innerValue = inner < made ? load<u32>(INNER + (<usize>inner << 2)) : u32.MAX_VALUE;
      if (leafValue <= innerValue) {
        sum += leafValue;
        leaf++;
      } else {
        sum += innerValue;
        store<u16>(PARENTS + (<usize>(inner++) << 1), <u16>made);
      }
    }
    store<u32>(INNER + (<usize>made << 2), sum);
  }
  memory.fill(TREE_DEPTHS, 0, 256);
  // inner nodes, root first; each makes two places below it, less those that inner nodes take
  let root = leaves - 2;
  store<u16>(PARENTS + (<usize>root << 1), 0);
  store<u32>(TREE_DEPTHS + 4, 2);
  while (root-- > 0) {
    const entry = PARENTS + (<usize>root << 1);
    const depth = <u32>load<u16>(PARENTS + (<usize>load<u16>(entry) << 1)) + 1;
    store<u16>(entry, <u16>depth);
    const at = TREE_DEPTHS + (<usize>depth << 2);
    store<u32>(at, load<u32>(at) - 1);
    store<u32>(at + 4, load<u32>(at + 4) + 2);
  }
}

/**
 * Takes the leaves per depth as the tree has them, and shortens codes to `limit` bits: leaves below move up, and the
 * room comes from leaves above that move down.
 */
function limitDepths(limit: u32): void {
  memory.copy(PER_DEPTH, TREE_DEPTHS, 256);
  let moved: u32 = 0;
  let excess: u64 = 0;
  for (let depth = limit + 1; depth <= DEEPEST; depth++) {
    const count = load<u32>(PER_DEPTH + (<usize>depth << 2));
    if (count == 0) continue;
    moved += count;
    excess += <u64>count << (DEEPEST - depth);
    store<u32>(PER_DEPTH + (<usize>depth << 2), 0);
  }
  if (moved == 0) return;
  // in units of 1 / 2^limit
  let debt = moved - <u32>(excess >> (DEEPEST - limit));
  const last = PER_DEPTH + (<usize>limit << 2);
  store<u32>(last, load<u32>(last) + moved);
  while (debt > 0) {
    let depth = limit - 1;
    while (load<u32>(PER_DEPTH + (<usize>depth << 2)) == 0) depth--;
    // a leaf that moves from `depth` one down frees 2^(limit - depth - 1); not more than owed, if possible
    while (
      depth > 1 &&
      <u32>1 << (limit - depth - 1) < debt &&
      load<u32>(PER_DEPTH + (<usize>(depth - 1) << 2)) != 0
    ) {
      depth--;
    }
    const at = PER_DEPTH + (<usize>depth << 2);
    store<u32>(at, load<u32>(at) - 1);
    store<u32>(at + 4, load<u32>(at + 4) + 1);
    const freed: u32 = 1 << (limit - depth - 1);
    if (freed >= debt) {
      // what is left over lets leaves of the longest codes move up again
      let spare = freed - debt;
      debt = 0;
      for (let d = limit; d > 1 && spare != 0; d--) {
        const worth: u32 = 1 << (limit - d);
        const here = PER_DEPTH + (<usize>d << 2);
        while (spare >= worth && load<u32>(here) != 0) {
          store<u32>(here, load<u32>(here) - 1);
          store<u32>(here - 4, load<u32>(here - 4) + 1);
          spare -= worth;
        }
      }
    } else {
      debt -= freed;
    }
  }
}

/** Gives the symbols their codes by the number of leaves of each depth; the rarest get the longest. */
function assignCodes(table: usize, longest: u32): void {
  memory.fill(table, 0, 1024);
  let leaf: usize = 0;
  let start: u32 = 0;
  for (let length = longest; length > 0; length--) {
    const count = load<u32>(PER_DEPTH + (<usize>length << 2));
    store<u32>(CODE_STARTS + (<usize>length << 2), start);
    for (let k: u32 = 0; k < count; k++) {
      const symbol = load<u32>(LEAVES + (leaf++ << 2)) & 255;
      store<u32>(table + (<usize>symbol << 2), length << 16);
    }
    start = (start + count) >> 1;
  }
  for (let symbol: usize = 0; symbol < 256; symbol++) {
    const entry = table + (symbol << 2);
    const length = load<u32>(entry) >> 16;
    if (length == 0) continue;
    const next = CODE_STARTS + (<usize>length << 2);
    const code = load<u32>(next);
    store<u32>(next, code + 1);
    store<u32>(entry, (length << 16) | code);
  }
}

/** Writes the tree's description; returns its size, 0 if there is no way to. */
function describeTree(out: usize, table: usize, longest: u32): usize {
  let last: u32 = 255;
  while (load<u32>(table + (<usize>last << 2)) == 0) last--;
  memory.fill(WEIGHT_COUNTS, 0, 64);
  let distinct: u32 = 0;
  let maxWeight: u32 = 0;
  for (let symbol: u32 = 0; symbol < last; symbol++) {
    const length = load<u32>(table + (<usize>symbol << 2)) >> 16;
    const weight = length == 0 ? 0 : longest + 1 - length;
    store<u8>(WEIGHTS + symbol, <u8>weight);
    const at = WEIGHT_COUNTS + (<usize>weight << 2);
    const count = load<u32>(at);
    if (count == 0) distinct++;
    store<u32>(at, count + 1);
    maxWeight = max(maxWeight, weight);
  }
  let size: usize = 0;
  if (last > 2 && distinct > 1) {
    let bestLog: u32 = 0;
    let bestCost = u32.MAX_VALUE;
    const slot = fseSlot(WEIGHT_SLOT);
    for (let log: u32 = MAX_WEIGHT_LOG; log >= 5; log--) {
      if (distinct > <u32>1 << log) break;
      normalize(slot, WEIGHT_COUNTS, maxWeight, last, log);
      const cost = costOf(slot, WEIGHT_COUNTS, maxWeight) + (<u32>(putDescription(out + 1, slot) - out) << 11) + (log << 9);
      if (cost < bestCost) {
        bestCost = cost;
        bestLog = log;
      }
    }
    normalize(slot, WEIGHT_COUNTS, maxWeight, last, bestLog);
    const end = putWeights(putDescription(out + 1, slot), slot, last);
    size = end - out;
    if (size > 128) size = 0;
    else store<u8>(out, <u8>(size - 1));
  }
  if (last <= 128) {
    const direct: usize = 1 + ((last + 1) >> 1);
    if (size == 0 || direct <= size) {
      store<u8>(out, <u8>(127 + last));
      store<u8>(WEIGHTS + last, 0);
      for (let symbol: u32 = 0; symbol < last; symbol += 2) {
        store<u8>(out + 1 + (symbol >> 1), (load<u8>(WEIGHTS + symbol) << 4) | load<u8>(WEIGHTS + symbol + 1));
      }
      size = direct;
    }
  }
  return size;
}

/** Two states in turn; the decoder meets the last weight first. */
function putWeights(out: usize, slot: usize, count: u32): usize {
  buildTable(slot);
  let state1: u32 = 0;
  let state2: u32 = 0;
  let bits: u64 = 0;
  let filled: u32 = 0;
  for (let k = <i32>count - 1; k >= 0; k--) {
    const weight = load<u8>(WEIGHTS + k);
    const even = (k & 1) == 0;
    if (k >= <i32>count - 2) {
      if (even) state1 = initState(slot, weight);
      else state2 = initState(slot, weight);
      continue;
    }
    const state = even ? state1 : state2;
    const size = bitsOut(slot, state, weight);
    bits |= <u64>(state & ((1 << size) - 1)) << filled;
    filled += size;
    const next = nextState(slot, state, weight, size);
    if (even) state1 = next;
    else state2 = next;
    if (filled >= 32) {
      store<u32>(out, <u32>bits);
      out += 4;
      bits >>= 32;
      filled -= 32;
    }
  }
  const log = tableLogOf(slot);
  const mask: u32 = (1 << log) - 1;
  bits |= <u64>(state2 & mask) << filled;
  filled += log;
  bits |= <u64>(state1 & mask) << filled;
  filled += log;
  bits |= <u64>1 << filled;
  store<u64>(out, bits);
  return out + (filled >> 3) + 1;
}

/** Bits that symbols of these counts take; NO_CODE if one has no code. */
export const NO_CODE: u32 = u32.MAX_VALUE;
export function codedBits(table: usize, counts: usize): u32 {
  let bits: u32 = 0;
  for (let symbol: usize = 0; symbol < 256; symbol++) {
    const count = load<u32>(counts + (symbol << 2));
    if (count == 0) continue;
    const length = load<u32>(table + (symbol << 2)) >> 16;
    if (length == 0) return NO_CODE;
    bits += count * length;
  }
  return bits;
}

/**
 * Makes the code for symbols of these counts at `table`, its longest codes of the number of bits that
 * makes description and streams smallest. Returns the bits of the streams, NO_CODE if no description is possible
 * or there are not two symbols.
 */
export function buildCode(table: usize, counts: usize): u32 {
  sortLeaves(counts);
  if (leafCount < 2) return NO_CODE;
  let best: u32 = NO_CODE;
  let bestLimit: u32 = 0;
  let least: u32 = 1;
  while (<u32>1 << least < leafCount) least++;
  let limit = MAX_CODE_LENGTH;
  countDepths();
  while (limit >= least) {
    limitDepths(limit);
    while (load<u32>(PER_DEPTH + (<usize>limit << 2)) == 0) limit--;
    assignCodes(table, limit);
    const size = <u32>describeTree(TRIED_DESCRIPTION, table, limit);
    if (size != 0) {
      const bits = codedBits(table, counts);
      if (best == NO_CODE || bits + (size << 3) < best + (<u32>descriptionSize << 3)) {
        best = bits;
        bestLimit = limit;
        descriptionSize = size;
        memory.copy(DESCRIPTION, TRIED_DESCRIPTION, size);
      } else if (bits + (size << 3) > best + (<u32>descriptionSize << 3)) {
        break;
      }
    }
    limit--;
  }
  if (best != NO_CODE && bestLimit != limit) {
    limitDepths(bestLimit);
    assignCodes(table, bestLimit);
  }
  return best;
}

/** Size of the last made code's description. */
export function treeSize(): usize {
  return descriptionSize;
}

export function putTree(out: usize): usize {
  memory.copy(out, DESCRIPTION, descriptionSize);
  return out + descriptionSize;
}

/** Writes one stream of [from, end), last byte first; returns where it ends. */
export function putStream(out: usize, table: usize, from: usize, end: usize): usize {
  let bits: u64 = 0;
  let filled: u64 = 0;
  let at = end;
  while (at - from >= 4) {
    at -= 4;
    const bytes = load<u32>(at);
    let entry = load<u32>(table + (<usize>(bytes >> 24) << 2));
    bits |= <u64>(entry & 0xffff) << filled;
    filled += entry >> 16;
    entry = load<u32>(table + (<usize>((bytes >> 16) & 255) << 2));
    bits |= <u64>(entry & 0xffff) << filled;
    filled += entry >> 16;
    entry = load<u32>(table + (<usize>((bytes >> 8) & 255) << 2));
    bits |= <u64>(entry & 0xffff) << filled;
    filled += entry >> 16;
    entry = load<u32>(table + (<usize>(bytes & 255) << 2));
    bits |= <u64>(entry & 0xffff) << filled;
    filled += entry >> 16;
    store<u64>(out, bits);
    out += <usize>(filled >> 3);
    bits >>= filled & ~7;
    filled &= 7;
  }
  while (at > from) {
    const entry = load<u32>(table + (<usize>load<u8>(--at) << 2));
    bits |= <u64>(entry & 0xffff) << filled;
    filled += entry >> 16;
  }
  bits |= <u64>1 << filled;
  store<u64>(out, bits);
  return out + <usize>(filled >> 3) + 1;
}
