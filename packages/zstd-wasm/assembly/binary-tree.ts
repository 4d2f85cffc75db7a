// Finds all matches worth pricing, for the optimal parser: by binary trees of the strings in the window, one for each
// hash of four bytes, and the nearest match of three bytes. The matches of a block are kept, as it is parsed more than
// once.

import { commonLength } from "./common-length";
import {
  HASH3_LOG, HASH3_TABLE, HASH_LOG, HASH_TABLE, LINKS, LINK_MASK, MATCHES, MATCH_INDEX, MATCH_LIMIT,
} from "./memory-plan";

/** A match: length and distance, u32 each. */
const MATCH_SIZE: usize = 8;
/** Places whose strings are shorter are not entered. */
const SHORTEST: usize = 5;
/** Strings are compared that far; a match that goes beyond is extended afterwards. */
const COMPARED: usize = 1024;
/**
 * Of the places inside a match that was taken at once, those that are entered: every fourth and the last ones. Strings
 * like the others stand where that match came from.
 */
const SPARSE_STEP: usize = 4;
const DENSE_END: usize = 16;

let bias: u32 = 0;
let firstPlace: usize = 0;
let inputEnd: usize = 0;
let attempts: u32 = 0;
let niceLength: usize = 0;

let blockStart: usize = 0;
let blockEnd: usize = 0;
/** Places before have their matches found. */
let filled: usize = 0;
/** Places up to here lie in a match so long that others are not worth looking for: what is left of it is theirs. */
let skipEnd: usize = 0;
let skipDistance: u32 = 0;
let cursor: usize = 0;

export function beginTrees(start: usize, end: usize, virtualBias: u32, mostAttempts: u32, nice: usize): void {
  bias = virtualBias;
  firstPlace = start;
  inputEnd = end;
  attempts = mostAttempts;
  niceLength = nice;
  skipEnd = start;
}

export function beginMatches(start: usize, end: usize): void {
  blockStart = start;
  blockEnd = end;
  filled = start;
  cursor = MATCHES;
  store<u32>(MATCH_INDEX, <u32>cursor);
}

export function matchesAt(at: usize): usize {
  return load<u32>(MATCH_INDEX + ((at - blockStart) << 2));
}

/** Where the matches of the last filled place end. */
export function filledTo(): usize {
  return filled;
}

/** Enters the string at `at` into its tree; keeps its matches, ever longer ones, from `to` on. Returns their end. */
function enter(at: usize, keep: bool, to: usize): usize {
  const toReal = bias;
  const here = <u32>at + toReal;
  const mask = LINK_MASK;
  const links = LINKS;
  const lowest = max(<u32>firstPlace + toReal, here > mask ? here - mask : 0);
  const limit = min(inputEnd - at, COMPARED);
  const bytes = load<u32>(at);
  const entry3 = HASH3_TABLE + (<usize>(((bytes << 8) * 506832829) >> (32 - HASH3_LOG)) << 2);
  const entry = HASH_TABLE + (<usize>((bytes * 2654435761) >> (32 - HASH_LOG)) << 2);
  let candidate = load<u32>(entry);
  let best: usize = 2;
  if (keep) {
    const near = load<u32>(entry3);
    if (near >= lowest && near < here && near != candidate) {
      const place = <usize>(near - toReal);
      if (((load<u32>(place) ^ bytes) & 0xffffff) == 0) {
        best = <usize>3 + commonLength(at + 3, place + 3, at + limit);
        store<u32>(to, <u32>best);
        store<u32>(to, here - near, 4);
        to += MATCH_SIZE;
      }
    }
  }
  store<u32>(entry3, here);
  store<u32>(entry, here);
  let smaller = links + (<usize>(here & mask) << 3);
  let greater = smaller + 4;
  let smallerLength: usize = 0;
  let greaterLength: usize = 0;
  let left = attempts;
  while (true) {
    if (candidate < lowest || candidate >= here || left == 0) {
      store<u32>(smaller, 0);
      store<u32>(greater, 0);
      return to;
    }
    left--;
    const pair = links + (<usize>(candidate & mask) << 3);
    const place = <usize>(candidate - toReal);
    let length = min(smallerLength, greaterLength);
    length += commonLength(at + length, place + length, at + limit);
    if (length > best) {
      best = length;
      if (keep) {
        store<u32>(to, <u32>length);
        store<u32>(to, here - candidate, 4);
        to += MATCH_SIZE;
      }
    }
    if (length == limit) {
      store<u32>(smaller, load<u32>(pair));
      store<u32>(greater, load<u32>(pair, 4));
      return to;
    }
    if (load<u8>(place + length) < load<u8>(at + length)) {
      store<u32>(smaller, candidate);
      smaller = pair + 4;
      candidate = load<u32>(smaller);
      smallerLength = length;
    } else {
      store<u32>(greater, candidate);
      greater = pair;
      candidate = load<u32>(greater);
      greaterLength = length;
    }
  }
}

/** Finds the matches of all places of the block before `end`. */
export function fillMatches(end: usize): void {
  end = min(end, blockEnd);
  let at = filled;
  let to = cursor;
  const roomy = MATCH_LIMIT - 64 * MATCH_SIZE;
  for (; at < end; at++) {
    if (at < skipEnd) {
      if (at + SHORTEST <= inputEnd && (at + DENSE_END >= skipEnd || ((at - firstPlace) & (SPARSE_STEP - 1)) == 0)) {
        enter(at, false, to);
      }
      if (at + 3 <= skipEnd && to < roomy) {
        store<u32>(to, <u32>(skipEnd - at));
        store<u32>(to, skipDistance, 4);
        to += MATCH_SIZE;
      }
    } else if (at + SHORTEST <= inputEnd) {
      const found = enter(at, to < roomy, to);
      if (found != to) to = trimMatches(at, to, found);
    }
    store<u32>(MATCH_INDEX + ((at + 1 - blockStart) << 2), <u32>to);
  }
  cursor = to;
  filled = max(filled, at);
}

/** Cuts the new matches at the block's end, and extends one of the nice length as far as it goes. */
function trimMatches(at: usize, from: usize, to: usize): usize {
  const longest = to - MATCH_SIZE;
  let length = <usize>load<u32>(longest);
  if (length == COMPARED) {
    length += commonLength(at + length, at + length - load<u32>(longest, 4), blockEnd);
    store<u32>(longest, <u32>length);
  }
  if (length >= niceLength) {
    skipEnd = min(at + length, blockEnd);
    skipDistance = load<u32>(longest, 4);
  }
  const most = <u32>(blockEnd - at);
  while (to > from && load<u32>(to - MATCH_SIZE) > most) {
    // the shortest of those that go beyond is the nearest
    const next = to - MATCH_SIZE;
    if (next > from && load<u32>(next - MATCH_SIZE) >= most) {
      to = next;
      continue;
    }
    if (most >= 3) store<u32>(next, most);
    else to = next;
    break;
  }
  return to;
}
