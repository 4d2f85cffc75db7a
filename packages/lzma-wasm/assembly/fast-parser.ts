// The fast parse: the longest match of a place, unless the next place has a better one.

import { commonLength } from "./common-length";
import { MAX_LENGTH, MIN_LENGTH } from "./length-coder";
import { findMatches, skipMatches } from "./match-finder";
import { MATCH_SIZE, matchDistance, matchLength } from "./match-list";
import { MATCHES, REPS } from "./memory-plan";
import { LITERAL, REP_COUNT } from "./symbol-coder";
import { singleSymbol } from "./symbol-list";

/** A match of two bytes at this distance or farther costs more than two literals. */
const FAR_FOR_TWO: u32 = 128;
/** Distances from which a match has to be two and three bytes longer than one at a distance used lately. */
const FAR: u32 = 512;
const VERY_FAR: u32 = 32768;

let niceLength: usize = 0;
let inputEnd: usize = 0;
/** End of the list of the matches of the place at hand, where they have been found before; else 0. */
let foundEnd: usize = 0;

export function configureFastParse(nice: usize): void {
  niceLength = nice;
}

export function beginFastParse(end: usize): void {
  inputEnd = end;
  foundEnd = 0;
}

/** Whether `far` is so much farther than `near` that one byte more is not worth it. */
function isMuchFarther(near: u32, far: u32): bool {
  return near < far >> 7;
}

/** Chooses a symbol for `at`, which is not the first place. Returns the beginning of a list of one. */
export function parseFast(at: usize): usize {
  let listEnd = foundEnd;
  foundEnd = 0;
  if (listEnd == 0) listEnd = findMatches();
  const ahead = min<usize>(inputEnd - at, MAX_LENGTH);
  if (ahead < MIN_LENGTH) return singleSymbol(1, LITERAL);

  let repLength: usize = 0;
  let rep: u32 = 0;
  const firstBytes = load<u16>(at);
  for (let back: u32 = 0; back < REP_COUNT; back++) {
    const from = at - load<u32>(REPS + (<usize>back << 2)) - 1;
    if (load<u16>(from) != firstBytes) continue;
    const length = commonLength(at, from, MIN_LENGTH, ahead);
    if (length > repLength) {
      repLength = length;
      rep = back;
      if (length >= niceLength) return take(length, rep);
    }
  }

  let length: usize = 0;
  let distance: u32 = 0;
  if (listEnd != MATCHES) {
    let match = listEnd - MATCH_SIZE;
    length = matchLength(match);
    distance = matchDistance(match);
    if (length >= niceLength) return take(length, distance + REP_COUNT);
    for (; match != MATCHES; match -= MATCH_SIZE) {
      const before = match - MATCH_SIZE;
      if (length != matchLength(before) + 1 || !isMuchFarther(matchDistance(before), distance)) break;
      length--;
      distance = matchDistance(before);
    }
    if (length == MIN_LENGTH && distance >= FAR_FOR_TWO) length = 0;
  }
  if (repLength >= MIN_LENGTH) {
    const worth: usize = distance > VERY_FAR ? 3 : distance > FAR ? 2 : 1;
    if (repLength + worth >= length) return take(repLength, rep);
  }
  if (length < MIN_LENGTH || ahead <= MIN_LENGTH) return singleSymbol(1, LITERAL);

  foundEnd = findMatches();
  if (isNextBetter(foundEnd, length, distance) || hasRepAt(at + 1, max(MIN_LENGTH, length - 1))) {
    return singleSymbol(1, LITERAL);
  }
  foundEnd = 0;
  // one of the places has been passed already
  skipMatches(length - 2);
  return singleSymbol(length, distance + REP_COUNT);
}

function take(length: usize, back: u32): usize {
  skipMatches(length - 1);
  return singleSymbol(length, back);
}

/** Whether the next place's longest match is worth a literal before it. */
function isNextBetter(listEnd: usize, length: usize, distance: u32): bool {
  if (listEnd == MATCHES) return false;
  const nextLength = matchLength(listEnd - MATCH_SIZE);
  const nextDistance = matchDistance(listEnd - MATCH_SIZE);
  if (nextLength > length + 1) return true;
  if (nextLength == length + 1) return !isMuchFarther(distance, nextDistance);
  if (nextLength == length) return nextDistance < distance;
  return nextLength + 1 == length && length >= 3 && isMuchFarther(nextDistance, distance);
}

/** Whether one of the last distances matches `length` bytes at `at`. */
function hasRepAt(at: usize, length: usize): bool {
  for (let back: usize = 0; back < <usize>REP_COUNT; back++) {
    const from = at - load<u32>(REPS + (back << 2)) - 1;
    if (load<u16>(at) == load<u16>(from) && commonLength(at, from, MIN_LENGTH, length) == length) return true;
  }
  return false;
}
