// LZ4HC: an optimal parse by dynamic programming over stretches of input, cut exactly where the output is full.
//
// A stretch starts at a place with a match and ends where no match goes beyond, so that every parse passes there
// and the best way to it is final. Each place in between is a state: the cheapest way to get there.

import {
  CLOSING_ROOM, LAST_LITERALS, LAST_MATCH_MARGIN, MIN_MATCH,
  extensionSize, literalsThatFit, matchThatFits, putLastLiterals, putSequence,
} from "./block";
import { INSERT_AHEAD, beginMatches, longestMatch, matchDistance } from "./match-finder";
import { PATH, STATES, STATE_LIMIT } from "./memory-plan";
import { setProduced } from "./result";
import { takeStretch } from "./virtual-position";

// A state is four u32.
/** Bytes from the output of the last final sequence to here; the token of pending literals not counted. */
const COST: usize = 0;
/** Literals since the last match. */
const LITERALS: usize = 4;
/** If there are none: the match that ends here. */
const LENGTH: usize = 8;
const DISTANCE: usize = 12;

const UNREACHED: u32 = u32.MAX_VALUE >> 1;

function stateAt(place: usize): usize {
  return STATES + (place << 4);
}

function putState(state: usize, cost: u32, literals: u32, length: u32, distance: u32): void {
  store<u32>(state, cost, COST);
  store<u32>(state, literals, LITERALS);
  store<u32>(state, length, LENGTH);
  store<u32>(state, distance, DISTANCE);
}

/**
 * Enters the states that a match at `place` reaches beyond `last`. Those up to `last` cost no more as they are:
 * the match they are on began earlier, at a place that cost no more.
 */
function enterMatch(place: usize, length: usize, distance: usize, last: usize): void {
  let reached = last + 1;
  for (; reached < place + MIN_MATCH; reached++) store<u32>(stateAt(reached), UNREACHED, COST);
  let kept = reached - place;
  const cost = load<u32>(stateAt(place), COST) + 3 + <u32>extensionSize(kept - MIN_MATCH);
  // the next length that takes one more byte
  let longer: usize = MIN_MATCH + 15;
  if (kept >= longer) longer += ((kept - longer) / 255 + 1) * 255;
  let state = i32x4.replace_lane(i32x4.splat(cost), 1, 0);
  state = i32x4.replace_lane(i32x4.replace_lane(state, 2, kept), 3, distance);
  for (let to = stateAt(reached); kept <= length; kept++) {
    if (kept == longer) {
      state = i32x4.add(state, i32x4(1, 0, 0, 0));
      longer += 255;
    }
    v128.store(to, state);
    state = i32x4.add(state, i32x4(0, 0, 1, 0));
    to += 16;
  }
}

/** The step by literal from the state before `place`. */
function enterLiteral(place: usize): void {
  const state = stateAt(place);
  const literals = load<u32>(state - 16, LITERALS) + 1;
  const cost = load<u32>(state - 16, COST) + 1 + <u32>(literals >= 15 && (literals - 15) % 255 == 0);
  if (cost < load<u32>(state, COST)) putState(state, cost, literals, 0, 0);
}

let out: usize = 0;
let anchor: usize = 0;

/** Writes the sequences that lead to state `place` of the stretch at `start`. */
function putPath(start: usize, place: usize): void {
  let count: usize = 0;
  let end = <isize>(place - load<u32>(stateAt(place), LITERALS));
  while (end > 0) {
    store<u32>(PATH + (count++ << 2), <u32>end);
    const before = <usize>end - load<u32>(stateAt(end), LENGTH);
    end = <isize>(before - load<u32>(stateAt(before), LITERALS));
  }
  let to = out;
  let from = anchor;
  while (count > 0) {
    const matchEnd = <usize>load<u32>(PATH + (--count << 2));
    const state = stateAt(matchEnd);
    const length = <usize>load<u32>(state, LENGTH);
    to = putSequence(to, from, start + matchEnd - length - from, load<u32>(state, DISTANCE), length);
    from = start + matchEnd;
  }
  out = to;
  anchor = from;
}

/**
 * The output cannot take the stretch as a whole: finds the state from which literals reach farthest in the rest
 * of the output, and writes the way to it. A match of `length` at `place` that has not been entered may be
 * shortened too.
 */
function putCutPath(start: usize, last: usize, end: usize, dstEnd: usize, place: usize, length: usize, distance: usize): void {
  const room = dstEnd - out;
  let farthest = anchor + min(literalsThatFit(room), end - anchor);
  let target: usize = 0;
  for (let k: usize = MIN_MATCH; k <= last; k++) {
    const state = stateAt(k);
    const cost = <usize>load<u32>(state, COST);
    if (load<u32>(state, LITERALS) != 0 || cost >= room) continue;
    const literals = min(literalsThatFit(room - cost), end - start - k);
    if (literals < LAST_LITERALS || load<u32>(state, LENGTH) + literals < LAST_MATCH_MARGIN) continue;
    if (start + k + literals > farthest) {
      farthest = start + k + literals;
      target = k;
    }
  }
  if (length != 0) {
    const cost = <usize>load<u32>(stateAt(place), COST);
    const kept = cost >= room ? 0 : matchThatFits(length, room - cost);
    if (kept != 0) {
      const spent = cost + 3 + extensionSize(kept - MIN_MATCH);
      const matchEnd = start + place + kept;
      if (matchEnd + min(literalsThatFit(room - spent), end - matchEnd) > farthest) {
        putPath(start, place);
        out = putSequence(out, anchor, start + place - anchor, distance, kept);
        anchor = matchEnd;
        return;
      }
    }
  }
  if (target != 0) putPath(start, target);
}

/**
 * Encodes what fits `capacity` bytes at `dst`. Returns the bytes of [src, end) consumed.
 * `attempts`: candidates looked at for one match; `nice`: a match so long is taken at once.
 */
export function encodeOptimal(src: usize, end: usize, dst: usize, capacity: usize, attempts: u32, nice: usize): usize {
  const dstEnd = dst + capacity;
  out = dst;
  anchor = src;
  if (end - src > LAST_MATCH_MARGIN) {
    const lastStart = end - LAST_MATCH_MARGIN;
    beginMatches(src, end - LAST_LITERALS, takeStretch(src, end + INSERT_AHEAD), attempts, nice);
    let start = src + 1;
    // beyond what literals alone would fill, a match cannot be stored any more
    while (start <= lastStart && start - anchor <= dstEnd - out) {
      let length = longestMatch(start, MIN_MATCH - 1);
      if (length < MIN_MATCH) {
        start++;
        continue;
      }
      let distance = matchDistance();
      const pending = start - anchor;
      putState(STATES, <u32>(pending + extensionSize(pending)), <u32>pending, 0, 0);
      let place: usize = 0;
      let last: usize = 0;
      if (length < nice) {
        enterMatch(0, length, distance, 0);
        last = length;
        length = 0;
        const mostCost = <u32>(dstEnd - out);
        const searchEnd = lastStart - start;
        while (true) {
          enterLiteral(++place);
          if (place == last) break;
          const state = stateAt(place);
          const cost = load<u32>(state, COST);
          if (cost > mostCost) break;
          // where the next place costs no more, a match from there reaches as far as one from here
          if (load<u32>(state + 16, COST) <= cost || place > searchEnd) continue;
          const atLeast = max(MIN_MATCH - 1, last - place);
          const found = longestMatch(start + place, atLeast);
          if (found == atLeast) continue;
          if (found >= nice || place + found > STATE_LIMIT) {
            length = found;
            distance = matchDistance();
            break;
          }
          enterMatch(place, found, matchDistance(), last);
          last = place + found;
        }
      }
      const total = <usize>load<u32>(stateAt(place), COST) + (length == 0 ? 0 : 3 + extensionSize(length - MIN_MATCH));
      if (total + CLOSING_ROOM > dstEnd - out) {
        putCutPath(start, last, end, dstEnd, place, length, distance);
        break;
      }
      putPath(start, place);
      if (length != 0) {
        out = putSequence(out, anchor, start + place - anchor, distance, length);
        anchor = start + place + length;
      }
      start += place + length;
    }
  }
  const count = min(end - anchor, literalsThatFit(dstEnd - out));
  if (count != 0) out = putLastLiterals(out, anchor, count);
  setProduced(out - dst);
  return anchor + count - src;
}
