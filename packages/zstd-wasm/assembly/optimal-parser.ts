// The optimal parser: dynamic programming over stretches of input, at prices of symbols that come from what was
// parsed before or from the whole block's last parse.
//
// A stretch starts at a place with a match and ends where no match goes beyond, so that every parse passes there.
// Each place in between is a state: the cheapest way to get there.

import { beginMatches, fillMatches, filledTo, matchesAt } from "./binary-tree";
import { commonLength } from "./common-length";
import { LITERALS, PATH, STATES, STATE_LIMIT } from "./memory-plan";
import {
  addStatistics, assumeStatistics, computePrices, fadeStatistics, literalLengthPrice, literalPrice, matchLengthPrice,
  offsetPrice,
} from "./prices";
import {
  anchorAt, literalsBefore, putSequence, repeated1, repeated2, repeated3, sequenceCount,
} from "./sequence-store";

// A state is 32 bytes.
const PRICE: usize = 0;
/** Literals since the last match. */
const RUN: usize = 4;
/** If there are none: the match that ends here, its length and offset value. */
const LENGTH: usize = 8;
const OFFSET_VALUE: usize = 12;
/** Repeated offsets, of places that have been passed. */
const REP1: usize = 16;
const REP2: usize = 20;
const REP3: usize = 24;

const UNREACHED: u32 = u32.MAX_VALUE >> 1;
/** Bytes parsed between two computations of the prices. */
const PRICE_STEP: usize = 512;
/** Places whose matches are found at a time. */
const FILL_STEP: usize = 128;

let clusterStart: usize = 0;
let maxDistance: u32 = 0;
let niceLength: usize = 0;
let blockEnd: usize = 0;
let position: usize = 0;

/** Whether prices follow what is parsed, or stay. */
let adaptive = false;
let pricedAt: usize = 0;
let countedSequences: usize = 0;

let firstBlock = false;
/** Whether matches are tried even where the next place costs no more; saves 0.05 % and takes a tenth of the time. */
let thorough = false;

export function beginOptimal(start: usize, farthest: u32, nice: usize, everywhere: bool): void {
  thorough = everywhere;
  clusterStart = start;
  maxDistance = farthest;
  niceLength = nice;
  firstBlock = true;
}

/**
 * Begins the first parse of a block that may be split later; `sample`: bytes that are looked at to guess what literals
 * cost.
 */
export function beginFirstParse(start: usize, end: usize, sample: usize): void {
  blockEnd = end;
  position = start;
  beginMatches(start, end);
  if (firstBlock) assumeStatistics(start, min(end, start + sample));
  else fadeStatistics();
  firstBlock = false;
  adaptive = true;
  countedSequences = 0;
  pricedAt = start;
  computePrices();
}

/** Begins to parse the block [start, end), which may be a part of the one first parsed, at prices that stay. */
export function beginParse(start: usize, end: usize): void {
  blockEnd = end;
  position = start;
  adaptive = false;
  computePrices();
}

function updatePrices(at: usize): void {
  const count = sequenceCount();
  addStatistics(countedSequences, count, LITERALS + literalsBefore(countedSequences), LITERALS + literalsBefore(count));
  countedSequences = count;
  pricedAt = at;
  computePrices();
}

export function parseOptimal(target: usize): usize {
  while (position < target) {
    position = parseStretch(position);
    if (adaptive && position - pricedAt >= PRICE_STEP) updatePrices(position);
  }
  return position;
}

// @ts-ignore: decorator
@inline
function stateAt(place: usize): usize {
  return STATES + (place << 5);
}

let last: usize = 0;

/** Enters the states that a match from `place` of the lengths [shortest, longest] reaches. */
function enterMatch(place: usize, base: u32, shortest: usize, longest: usize, offsetValue: u32): void {
  const end = place + longest;
  while (last < end) store<u32>(stateAt(++last), UNREACHED);
  const price = base + offsetPrice(offsetValue) + literalLengthPrice(0);
  let state = stateAt(place + shortest);
  for (let length = shortest; length <= longest; length++) {
    const reached = price + matchLengthPrice(<u32>length - 3);
    if (reached < load<u32>(state)) {
      store<u32>(state, reached);
      store<u32>(state, 0, RUN);
      store<u32>(state, <u32>length, LENGTH);
      store<u32>(state, offsetValue, OFFSET_VALUE);
    }
    state += 32;
  }
}

function putOffsets(state: usize, rep1: u32, rep2: u32, rep3: u32): void {
  store<u32>(state, rep1, REP1);
  store<u32>(state, rep2, REP2);
  store<u32>(state, rep3, REP3);
}

/** The repeated offsets at `place`, which a match has reached. */
function passMatch(state: usize): void {
  const offsetValue = load<u32>(state, OFFSET_VALUE);
  const from = state - (<usize>load<u32>(state, LENGTH) << 5);
  const rep1 = load<u32>(from, REP1);
  const rep2 = load<u32>(from, REP2);
  const rep3 = load<u32>(from, REP3);
  if (offsetValue > 3) {
    putOffsets(state, offsetValue - 3, rep1, rep2);
    return;
  }
  const which = offsetValue - u32(load<u32>(from, RUN) != 0);
  if (which == 0) putOffsets(state, rep1, rep2, rep3);
  else if (which == 1) putOffsets(state, rep2, rep1, rep3);
  else putOffsets(state, which == 2 ? rep3 : rep1 - 1, rep1, rep2);
}

/** Stores the sequences that lead to state `place` of the stretch at `start`. */
function putPath(start: usize, place: usize): void {
  let count: usize = 0;
  let end = <isize>place - <isize>load<u32>(stateAt(place), RUN);
  while (end > 0) {
    store<u32>(PATH + (count++ << 2), <u32>end);
    const before = <usize>end - load<u32>(stateAt(end), LENGTH);
    end = <isize>before - <isize>load<u32>(stateAt(before), RUN);
  }
  while (count > 0) {
    const matchEnd = <usize>load<u32>(PATH + (--count << 2));
    const state = stateAt(matchEnd);
    const length = <usize>load<u32>(state, LENGTH);
    putSequence(start + matchEnd - length, length, load<u32>(state, OFFSET_VALUE));
  }
}

function parseStretch(start: usize): usize {
  const run = <u32>(start - anchorAt());
  const first = stateAt(0);
  store<u32>(first, literalLengthPrice(run));
  store<u32>(first, run, RUN);
  store<u32>(first, 0, LENGTH);
  putOffsets(first, repeated1(), repeated2(), repeated3());
  last = 0;
  let place: usize = 0;
  while (true) {
    const at = start + place;
    const state = stateAt(place);
    if (place != 0) {
      const before = state - 32;
      const literals = load<u32>(before, RUN) + 1;
      const price =
        load<u32>(before) + literalPrice(load<u8>(at - 1)) + literalLengthPrice(literals) - literalLengthPrice(literals - 1);
      if (price <= load<u32>(state)) {
        store<u32>(state, price);
        store<u32>(state, literals, RUN);
        v128.store(state, v128.load(before, 16), 16);
      } else if (load<u32>(state, RUN) == 0) {
        passMatch(state);
      }
      if (place == last) break;
      if (!thorough && load<u32>(state + 32) <= load<u32>(state)) {
        place++;
        continue;
      }
    }
    if (at >= filledTo()) fillMatches(at + FILL_STEP);
    const base = load<u32>(state);
    let longest: usize = 2;
    if (at + 4 <= blockEnd) {
      const bytes = load<u32>(at) << 8;
      const rep1 = load<u32>(state, REP1);
      const farthest = min(maxDistance, <u32>(at - clusterStart));
      const first = u32(load<u32>(state, RUN) == 0);
      for (let value: u32 = 1; value <= 3; value++) {
        const which = value + first;
        const offset = which == 1 ? rep1 : which == 2 ? load<u32>(state, REP2) : which == 3 ? load<u32>(state, REP3) : rep1 - 1;
        if (offset - 1 >= farthest) continue;
        if (load<u32>(at - offset) << 8 != bytes) continue;
        const length = <usize>3 + commonLength(at + 3, at + 3 - offset, blockEnd);
        if (length >= niceLength || place + length > STATE_LIMIT) {
          putPath(start, place);
          putSequence(at, length, value);
          return at + length;
        }
        enterMatch(place, base, 3, length, value);
        longest = max(longest, length);
      }
    }
    const end = matchesAt(at + 1);
    let match = matchesAt(at);
    if (match != end) {
      const room = blockEnd - at;
      const length = min(room, <usize>load<u32>(end - 8));
      if (length >= niceLength || place + length > STATE_LIMIT) {
        if (length > longest) {
          putPath(start, place);
          putSequence(at, length, load<u32>(end - 4) + 3);
          return at + length;
        }
      } else {
        let shortest: usize = 3;
        for (; match != end; match += 8) {
          const length = min(room, <usize>load<u32>(match));
          if (length < shortest) break;
          enterMatch(place, base, shortest, length, load<u32>(match, 4) + 3);
          shortest = length + 1;
        }
      }
    }
    if (last == 0) return start + 1;
    place++;
  }
  putPath(start, place);
  return start + place;
}
