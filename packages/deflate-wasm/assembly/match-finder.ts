// Finds matches by hash chains that outlive a cluster. A link says what precedes its place, so places may be entered
// before their turn and are entered once in a run, whatever clusters are cut of it: a search starts at the link of
// its own place and ends at its cluster's first one.
//
// The tables are never cleared between runs. They hold *virtual* positions: each run is given a stretch of its own
// in a 32-bit space, farther behind the one before than any match reaches.

import { HASH_BITS, HEADS3, HEADS4, HEADS_SIZE, LINKS, LINK_MASK } from "./memory-plan";
import { MAX_MATCH, MIN_MATCH, distanceSymbol } from "./symbols";

/** The farthest match of the format. */
const MAX_DISTANCE: u32 = 32768;
/** Ends a chain: leads out of every match's reach. */
const NO_LINK: u32 = 0xffff;
/** Places entered at once, and thus the most beyond the end of the input that are. */
const INSERT_AHEAD: usize = 16;
/** The zeros in the tables stand for nothing: the first stretch starts out of their reach. */
const FIRST: u32 = NO_LINK;

/** What the next stretch begins with. */
let nextStretch: u32 = FIRST;
let bias: u32 = 0;
/** The first place that is not in the chains yet; 0: none is. */
let next: usize = 0;
let firstPlace: usize = 0;
let inputEnd: usize = 0;
/** By the options: how far back a match may reach, and whether matches of three bytes are looked for. */
let farthest: usize = MAX_DISTANCE;
let withThree: bool = true;

export let matchDistance: usize = 0;

export function configureMatches(window: usize, threeBytes: bool): void {
  farthest = window;
  withThree = threeBytes;
}

/** A new run: what is in the chains is worth nothing. */
export function forgetMatches(): void {
  next = 0;
}

/** A cluster begins at `start`; nothing is looked at from `end` on. */
export function beginMatches(start: usize, end: usize): void {
  firstPlace = start;
  inputEnd = end;
  if (next < start && next != 0) next = start;
  rewindMatches(start);
}

/** Searches go on from `at`, farther ahead or back than they were. */
export function rewindMatches(at: usize): void {
  // links of places that were entered far ahead have been overwritten
  if (next != 0 && (next <= at || next - at < LINK_MASK - MAX_DISTANCE)) return;
  const size = <u32>(8 << 20);
  if (nextStretch > u32.MAX_VALUE - size) {
    memory.fill(HEADS4, 0, HEADS_SIZE);
    nextStretch = FIRST;
  }
  next = max(firstPlace, at - MAX_DISTANCE);
  bias = nextStretch - <u32>next;
  nextStretch += size;
}

function insert(place: usize, bytes: u32): void {
  const position = <u32>place + bias;
  const slot4 = <usize>((bytes * 2654435761) >> (32 - HASH_BITS)) << 2;
  let link = min(position - load<u32>(slot4, HEADS4), NO_LINK);
  store<u32>(slot4, position, HEADS4);
  const slot3 = <usize>(((bytes << 8) * 2654435761) >> (32 - HASH_BITS)) << 2;
  link |= min(position - load<u32>(slot3, HEADS3), NO_LINK) << 16;
  store<u32>(slot3, position, HEADS3);
  store<u32>((place & LINK_MASK) << 2, link, LINKS);
}

function insertFour(place: usize, bytes: u32): void {
  const position = <u32>place + bias;
  const slot = <usize>((bytes * 2654435761) >> (32 - HASH_BITS)) << 2;
  const distance = position - load<u32>(slot, HEADS4);
  store<u32>(slot, position, HEADS4);
  store<u16>((place & LINK_MASK) << 2, <u16>min(distance, NO_LINK), LINKS);
}

function insertBeyond(at: usize): void {
  let place = next;
  do {
    const end = place + INSERT_AHEAD;
    if (withThree) {
      for (; place < end; place += 4) {
        const bytes = load<u64>(place);
        insert(place, <u32>bytes);
        insert(place + 1, <u32>(bytes >> 8));
        insert(place + 2, <u32>(bytes >> 16));
        insert(place + 3, <u32>(bytes >> 24));
      }
    } else {
      for (; place < end; place += 4) {
        const bytes = load<u64>(place);
        insertFour(place, <u32>bytes);
        insertFour(place + 1, <u32>(bytes >> 8));
        insertFour(place + 2, <u32>(bytes >> 16));
        insertFour(place + 3, <u32>(bytes >> 24));
      }
    }
  } while (place <= at);
  next = place;
}

/** How many bytes from `a` and `b` on are equal, of those before `end` at `a`. */
function commonLength(a: usize, b: usize, end: usize): usize {
  const start = a;
  while (a + 8 <= end) {
    const difference = load<u64>(a) ^ load<u64>(b);
    if (difference != 0) return a - start + <usize>(ctz(difference) >> 3);
    a += 8;
    b += 8;
  }
  while (a < end && load<u8>(a) == load<u8>(b)) {
    a++;
    b++;
  }
  return a - start;
}

/**
 * Length of the longest match at `at` if longer than `atLeast` (3 or more), else `atLeast`; its distance is
 * `matchDistance`. Looks at `attempts` candidates, and is content with `nice` bytes.
 */
export function longestMatch(at: usize, atLeast: usize, attempts: u32, nice: usize): usize {
  const limit = min(inputEnd, at + MAX_MATCH);
  let best = atLeast;
  if (at + best >= limit) return best;
  if (next <= at) insertBeyond(at);
  const lowest = max(firstPlace, at - farthest);
  let candidate = at - load<u16>((at & LINK_MASK) << 2, LINKS);
  if (candidate < lowest) return best;
  const head = load<u32>(at);
  let tail = load<u32>(at + best - 3);
  while (true) {
    // the last byte of a longer match is the likeliest to differ
    if (load<u32>(candidate + best - 3) == tail && load<u32>(candidate) == head) {
      const length = <usize>4 + commonLength(at + 4, candidate + 4, limit);
      if (length > best) {
        best = length;
        matchDistance = at - candidate;
        if (length >= nice || at + length >= limit) break;
        tail = load<u32>(at + length - 3);
      }
    }
    if (--attempts == 0) break;
    candidate -= load<u16>((candidate & LINK_MASK) << 2, LINKS);
    if (candidate < lowest) break;
  }
  return best;
}

/** The distance of the nearest three bytes that are those at `at`; 0: there are none. `longestMatch` was there. */
export function nearestThree(at: usize): usize {
  if (at + 3 > inputEnd) return 0;
  if (next <= at) insertBeyond(at);
  const distance = <usize>load<u16>(((at & LINK_MASK) << 2) + 2, LINKS);
  if (distance > farthest || at - distance < firstPlace) return 0;
  return (load<u32>(at) ^ load<u32>(at - distance)) << 8 == 0 ? distance : 0;
}

// A match as a u32, from the lowest bit up: 9 bits of length, 7 of the distance's symbol, 16 of the distance less one.

function packMatch(length: usize, distance: usize): u32 {
  return <u32>length | (distanceSymbol(distance) << 9) | (<u32>(distance - 1) << 16);
}

export function packedLength(match: u32): usize {
  return <usize>(match & 0x1ff);
}

export function packedSymbol(match: u32): usize {
  return <usize>((match >> 9) & 0x7f);
}

export function packedDistance(match: u32): usize {
  return <usize>(match >> 16) + 1;
}

/**
 * Puts the matches at `at` to `out`, packed: ever longer ones, each at the nearest place where there is one so long,
 * none beyond `end`. Returns the end of what was put.
 */
export function allMatches(at: usize, end: usize, attempts: u32, nice: usize, out: usize): usize {
  const limit = min(end, at + MAX_MATCH);
  if (at + MIN_MATCH > limit) return out;
  const three = nearestThree(at);
  if (three == 0) return out;
  let best = MIN_MATCH + commonLength(at + MIN_MATCH, at + MIN_MATCH - three, limit);
  store<u32>(out, packMatch(best, three));
  out += 4;
  if (best >= nice || at + best >= limit) return out;
  const lowest = max(firstPlace, at - farthest);
  let candidate = at - load<u16>((at & LINK_MASK) << 2, LINKS);
  const head = load<u32>(at);
  let tail = load<u32>(at + best - 3);
  while (candidate >= lowest) {
    if (load<u32>(candidate + best - 3) == tail && load<u32>(candidate) == head) {
      const length = <usize>4 + commonLength(at + 4, candidate + 4, limit);
      if (length > best) {
        best = length;
        store<u32>(out, packMatch(best, at - candidate));
        out += 4;
        if (best >= nice || at + best >= limit) break;
        tail = load<u32>(at + best - 3);
      }
    }
    if (--attempts == 0) break;
    candidate -= load<u16>((candidate & LINK_MASK) << 2, LINKS);
  }
  return out;
}
