// Finds the longest match at a place by hash chains. As a match costs the same however far it reaches back, the
// longest one is all that a parse needs: its beginning is as good as any shorter match.

import { MIN_MATCH, commonLength } from "./block";
import { CHAIN, CHAIN_MASK, TABLE } from "./memory-plan";
import { MAX_DISTANCE } from "./virtual-position";

const HASH_BITS: u32 = 15;
/** Places entered at once, and thus the most beyond the end of the input that get a virtual position. */
export const INSERT_AHEAD: usize = 16;
/** Ends a chain: leads out of every match's reach, which therefore ends one earlier than the format's. */
const NO_LINK: u32 = MAX_DISTANCE;

let bias: u32 = 0;
/** The first place that is not in the chains yet. */
let next: usize = 0;
let firstPlace: usize = 0;
let matchLimit: usize = 0;
let attempts: u32 = 0;
let niceLength: usize = 0;
let bestDistance: usize = 0;

export function beginMatches(start: usize, limit: usize, virtualBias: u32, mostAttempts: u32, nice: usize): void {
  next = start;
  firstPlace = start;
  matchLimit = limit;
  bias = virtualBias;
  attempts = mostAttempts;
  niceLength = nice;
}

/** The distance of the match that `longestMatch` found last. */
export function matchDistance(): usize {
  return bestDistance;
}

/** Where the chain keeps the distance from `at` to the place before it with the same hash. */
function linkAt(at: usize): usize {
  return load<u16>((at & CHAIN_MASK) << 1, CHAIN);
}

function insert(place: usize, bytes: u32): void {
  const entry = <usize>((bytes * 2654435761) >> (32 - HASH_BITS)) << 2;
  const position = <u32>place + bias;
  const distance = position - load<u32>(entry, TABLE);
  store<u32>(entry, position, TABLE);
  store<u16>((place & CHAIN_MASK) << 1, <u16>min(distance, NO_LINK), CHAIN);
}

/**
 * Enters places up to `at` and some more, up to INSERT_AHEAD: a link says what precedes its place, so places may be
 * entered before their turn, and many at once go faster than one by one.
 */
function insertBeyond(at: usize): void {
  let place = next;
  do {
    for (const end = place + INSERT_AHEAD; place < end; place += 4) {
      const bytes = load<u64>(place);
      insert(place, <u32>bytes);
      insert(place + 1, <u32>(bytes >> 8));
      insert(place + 2, <u32>(bytes >> 16));
      insert(place + 3, <u32>(bytes >> 24));
    }
  } while (place <= at);
  next = place;
}

/**
 * Length of the longest match at `at`, if longer than `atLeast` (3 or more); else `atLeast`. Such a match shares any
 * four bytes up to those that end one beyond `atLeast`: of the first and the last four, whose chain leaps farther is
 * followed.
 */
export function longestMatch(at: usize, atLeast: usize): usize {
  const lowest = max(firstPlace, at - (NO_LINK - 1));
  let best = atLeast;
  let tailOffset = best - 3;
  if (next <= at + tailOffset) insertBeyond(at + tailOffset);
  let offset = tailOffset;
  let step = linkAt(at + offset);
  const headStep = linkAt(at);
  if (headStep > step) {
    step = headStep;
    offset = 0;
  }
  const bytes = load<u32>(at);
  let tail = load<u32>(at + tailOffset);
  let left = attempts;
  let candidate = at;
  while (true) {
    candidate -= step;
    if (candidate < lowest) break;
    left--;
    // the last byte of a longer match is the likeliest to differ
    if (load<u32>(candidate + tailOffset) == tail) {
      if (load<u32>(candidate) == bytes) {
        const length = MIN_MATCH + commonLength(at + MIN_MATCH, candidate + MIN_MATCH, matchLimit);
        if (length > best) {
          best = length;
          bestDistance = at - candidate;
          if (length >= niceLength || at + length >= matchLimit) break;
          tailOffset = length - 3;
          tail = load<u32>(at + tailOffset);
          const lastOffset = min(length - MIN_MATCH, at - candidate - 1);
          // go on along the chain that leaps farthest: its step above, its offset below
          let leap: u32 = 0;
          for (let k: usize = 0; k <= lastOffset; k++) leap = max(leap, (<u32>linkAt(candidate + k) << 16) | <u32>k);
          step = leap >> 16;
          offset = leap & 0xffff;
          // or that of the four bytes which end one beyond, where this leads beyond the next candidate
          if (next <= at + tailOffset) insertBeyond(at + tailOffset);
          const tailStep = linkAt(at + tailOffset) - (at - candidate);
          if (<isize>tailStep > <isize>step) {
            step = tailStep;
            offset = tailOffset;
          }
          if (left == 0) break;
          continue;
        }
      }
    }
    if (left == 0) break;
    step = linkAt(candidate + offset);
  }
  return best;
}
