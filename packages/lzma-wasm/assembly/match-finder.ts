// Finds, at each place in turn, matches of every length at the smallest distance, by hash tables of the places where
// two, three and four bytes were seen last. From the last of them a chain or a tree of places leads on.
//
// The tables are never cleared between clusters. They hold *virtual* positions: each cluster is given a stretch of its
// own in a 32-bit space, and what an earlier one left is below the stretch's start. The start is a multiple of the size
// of the ring of links, so that small clusters keep to its beginning, which stays in the processor's caches.

import { followChain } from "./hash-chain";
import { walkTree } from "./binary-tree";
import { commonLength } from "./common-length";
import { MAX_LENGTH } from "./length-coder";
import { MATCH_SIZE, matchDistance, putMatch } from "./match-list";
import { MATCHES } from "./memory-plan";

const HASH_2_BITS: u32 = 12;
/** Fewer bytes at the input's end are not looked at. */
const LEAST_AHEAD: usize = 4;

let hash2: usize = 0;
let hash3: usize = 0;
let hash4: usize = 0;
let hash3Shift: u32 = 0;
let hash4Shift: u32 = 0;
let tablesEnd: usize = 0;
let links: usize = 0;
let ringMask: u32 = 0;
let isTree: bool = false;
let farthest: u32 = 0;
let attempts: u32 = 0;
let niceLength: usize = 0;

let place: usize = 0;
let inputEnd: usize = 0;
let bias: u32 = 0;
let first: u32 = 0;
/** Where the next stretch may start; 0 is below all stretches. */
let next: u32 = 0;

/**
 * Says what is to be found, and puts the tables at `tables`, in memory that is zero. `ringBits`: log2 of the places
 * that have links. Returns the tables' end.
 */
export function configureMatches(
  tables: usize, hash3Bits: u32, hash4Bits: u32, ringBits: u32, dictSize: u32, tree: bool, depth: u32, nice: u32,
): usize {
  hash2 = tables;
  hash3 = hash2 + (4 << HASH_2_BITS);
  hash4 = hash3 + (4 << hash3Bits);
  links = hash4 + (4 << hash4Bits);
  hash3Shift = 32 - hash3Bits;
  hash4Shift = 32 - hash4Bits;
  ringMask = (1 << ringBits) - 1;
  next = ringMask + 1;
  isTree = tree;
  // a place and the one a ring before it share their link
  farthest = min(dictSize, ringMask);
  attempts = depth;
  niceLength = nice;
  return links + (<usize>8 << ringBits >> (tree ? 0 : 1));
}

export function beginMatches(start: usize, end: usize): void {
  const size = <u32>(end - start);
  if (next > u32.MAX_VALUE - size - ringMask - 1) {
    memory.fill(hash2, 0, links - hash2);
    next = ringMask + 1;
  }
  first = next;
  place = start;
  inputEnd = end;
  bias = first - <u32>start;
}

/** The cluster is done: the next one's stretch may follow. */
export function endMatches(): void {
  next = (<u32>place + bias + ringMask) & ~ringMask;
}

// @ts-ignore: decorator
@inline
function slot2(bytes: u32): usize {
  return hash2 + <usize>((((bytes << 16) * 0x9e3779b1) >> (32 - HASH_2_BITS)) << 2);
}

// @ts-ignore: decorator
@inline
function slot3(bytes: u32): usize {
  return hash3 + <usize>((((bytes << 8) * 0x9e3779b1) >> hash3Shift) << 2);
}

// @ts-ignore: decorator
@inline
function slot4(bytes: u32): usize {
  return hash4 + <usize>(((bytes * 0x9e3779b1) >> hash4Shift) << 2);
}

// @ts-ignore: decorator
@inline
function setLink(position: u32, before: u32): void {
  store<u32>(links + (<usize>(position & ringMask) << 2), before);
}

/** Finds the matches at the next place. Returns the end of their list at MATCHES. */
export function findMatches(): usize {
  const at = place++;
  const ahead = inputEnd - at;
  if (ahead < LEAST_AHEAD) return MATCHES;
  const limit = min(ahead, niceLength);
  const position = <u32>at + bias;
  const lowest = max(first, position - farthest);
  const bytes = load<u32>(at);
  let slot = slot2(bytes);
  const latest2 = load<u32>(slot);
  store<u32>(slot, position);
  slot = slot3(bytes);
  const latest3 = load<u32>(slot);
  store<u32>(slot, position);
  slot = slot4(bytes);
  const latest4 = load<u32>(slot);
  store<u32>(slot, position);

  let list = MATCHES;
  let length: usize = 1;
  let candidate: u32 = 0;
  if (latest2 >= lowest && load<u16>(latest2 - bias) == <u16>bytes) {
    length = 2;
    candidate = latest2;
    putMatch(list, 2, position - latest2);
    list += MATCH_SIZE;
  }
  if (latest3 != latest2 && latest3 >= lowest && ((load<u32>(latest3 - bias) ^ bytes) & 0xff_ffff) == 0) {
    length = 3;
    candidate = latest3;
    putMatch(list, 3, position - latest3);
    list += MATCH_SIZE;
  }
  if (length > 1) {
    length = commonLength(at, candidate - bias, length, limit);
    store<u32>(list - MATCH_SIZE, <u32>length);
  }
  const isDone = length == limit;
  const sought = isDone ? MAX_LENGTH : max<usize>(length, 3);
  if (isTree) {
    list = walkTree(at, position, latest4, lowest, links, ringMask, attempts, limit, sought, list);
  } else {
    setLink(position, latest4);
    if (!isDone) {
      list = followChain(at, position, latest4, lowest, links, ringMask, attempts, limit, sought, list);
    }
  }
  if (list != MATCHES && load<u32>(list - MATCH_SIZE) == <u32>niceLength) {
    const from = at - matchDistance(list - MATCH_SIZE) - 1;
    store<u32>(list - MATCH_SIZE, <u32>commonLength(at, from, niceLength, min(ahead, MAX_LENGTH)));
  }
  return list;
}

/** Passes `count` places. */
export function skipMatches(count: usize): void {
  for (const end = place + count; place < end; place++) {
    const at = place;
    const ahead = inputEnd - at;
    if (ahead < LEAST_AHEAD) continue;
    const position = <u32>at + bias;
    const bytes = load<u32>(at);
    store<u32>(slot2(bytes), position);
    store<u32>(slot3(bytes), position);
    const slot = slot4(bytes);
    const latest = load<u32>(slot);
    store<u32>(slot, position);
    if (isTree) {
      const lowest = max(first, position - farthest);
      walkTree(at, position, latest, lowest, links, ringMask, attempts, min(ahead, niceLength), MAX_LENGTH, MATCHES);
    } else {
      setLink(position, latest);
    }
  }
}
