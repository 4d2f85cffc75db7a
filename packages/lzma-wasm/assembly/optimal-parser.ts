// The optimal parse, by dynamic programming over a stretch of input: a place's node is final when all steps that end
// there have been tried, and from there all steps are tried in turn. The stretch ends where all ways meet, or
// where a match is so long that it is taken at once.

import { UNREACHED, priceOf0, priceOf1, priceOfBit } from "./bit-prices";
import { commonLength } from "./common-length";
import { distancePrice, refreshDistancePrices } from "./distance-coder";
import { MAX_LENGTH, MIN_LENGTH, lengthPrice } from "./length-coder";
import { guessedLiteralPrice, literalPrice } from "./literal-coder";
import { findMatches, skipMatches } from "./match-finder";
import { MATCH_SIZE, matchDistance, matchLength } from "./match-list";
import {
  IS_MATCH, IS_REP, IS_REP0, IS_REP0_LONG, IS_REP1, IS_REP2, MATCHES, MATCH_LENGTHS, NODES, NODE_LIMIT, NODE_SIZE, REPS,
  REP_LENGTHS, STATE, SYMBOLS_END,
} from "./memory-plan";
import {
  BACK, BACK_BEFORE, BEFORE, LENGTH, NODE_REPS, NODE_STATE, PRICE, offerLongStep, offerStep, origin, putStep, settle,
} from "./optimal-node";
import { afterLiteral, afterMatch, afterRep } from "./states";
import { LITERAL, REP_COUNT, positionStateOf, stateOffset } from "./symbol-coder";
import { putSymbol, singleSymbol } from "./symbol-list";

let niceLength: usize = 0;
let start: usize = 0;
let inputEnd: usize = 0;
/** End of the list of matches of the place at hand, where a stretch has found them before it ended; else 0. */
let foundEnd: usize = 0;
/** The farthest node that has a price. */
let last: usize = 0;

export function configureOptimalParse(nice: usize): void {
  niceLength = nice;
}

export function beginOptimalParse(src: usize, end: usize): void {
  start = src;
  inputEnd = end;
  foundEnd = 0;
}

/** Gives prices to nodes up to `node`. */
// @ts-ignore: decorator
@inline
function reach(node: usize): void {
  while (last < node) {
    last += NODE_SIZE;
    store<u32>(last, UNREACHED, PRICE);
  }
}

/** Price of choosing the distance of place `back` for a match of more than one byte. */
function repChoicePrice(back: u32, state: u32, positionState: usize): u32 {
  const one = <usize>state << 1;
  if (back == 0) return priceOf0(IS_REP0 + one) + priceOf1(IS_REP0_LONG + stateOffset(state, positionState));
  const price = priceOf1(IS_REP0 + one);
  if (back == 1) return price + priceOf0(IS_REP1 + one);
  return price + priceOf1(IS_REP1 + one) + priceOfBit(IS_REP2 + one, back - 2);
}

/**
 * Tries the step that goes on with the distance of `from` behind `before` bytes, the last of which is a literal;
 * `price` and `state` are those behind them.
 */
function tryRep0Behind(
  node: usize, at: usize, from: usize, before: usize, ahead: usize, price: u32, state: u32, backBefore: u32,
): void {
  const limit = min(ahead, before + niceLength);
  if (before + MIN_LENGTH > limit || load<u16>(at + before) != load<u16>(from + before)) return;
  const length = commonLength(at + before, from + before, MIN_LENGTH, limit - before);
  const positionState = positionStateOf(<u32>(at + before - start));
  price +=
    priceOf1(IS_MATCH + stateOffset(state, positionState)) +
    priceOf1(IS_REP + (<usize>state << 1)) +
    repChoicePrice(0, state, positionState) +
    lengthPrice(REP_LENGTHS, positionState, length);
  const to = node + (before + length) * NODE_SIZE;
  reach(to);
  offerLongStep(to, price, length, before, backBefore);
}

/** Price of a literal where the match with `from` has ended, in `state`. */
function breakPrice(at: usize, from: usize, state: u32): u32 {
  const position = <u32>(at - start);
  return (
    priceOf0(IS_MATCH + stateOffset(state, positionStateOf(position))) +
    guessedLiteralPrice(position, load<u8>(at - 1), load<u8>(at), load<u8>(from))
  );
}

/** Tries the step of `length` bytes at the distance of `from`, a literal, and again that distance. */
function tryResumedMatch(
  node: usize, at: usize, from: usize, length: usize, ahead: usize, price: u32, state: u32, back: u32,
): void {
  if (length + 1 + MIN_LENGTH > ahead || load<u16>(at + length + 1) != load<u16>(from + length + 1)) return;
  price += breakPrice(at + length, from + length, state);
  tryRep0Behind(node, at, from, length + 1, ahead, price, afterLiteral(state), back);
}

/** Tries all steps from `node`, at `at`; `listEnd` ends the list of its matches. */
function tryStepsFrom(node: usize, at: usize, listEnd: usize): void {
  const position = <u32>(at - start);
  const positionState = positionStateOf(position);
  const price = load<u32>(node, PRICE);
  const state = load<u32>(node, NODE_STATE);
  const both = stateOffset(state, positionState);
  const next = node + NODE_SIZE;
  const byte = load<u8>(at);
  const latest = at - load<u32>(node, NODE_REPS) - 1;
  const guess = load<u8>(latest);

  reach(next);
  const byLiteral =
    price + priceOf0(IS_MATCH + both) + literalPrice(state, position, load<u8>(at - 1), byte, guess);
  let nextIsNew = false;
  if (byLiteral < load<u32>(next, PRICE)) {
    putStep(next, byLiteral, 1, LITERAL);
    nextIsNew = true;
  }
  const byMatch = price + priceOf1(IS_MATCH + both);
  const byRep = byMatch + priceOf1(IS_REP + (<usize>state << 1));
  if (byte == guess && !(load<u16>(next, LENGTH) > 1 && load<u32>(next, BACK) == 0)) {
    const byShortRep = byRep + priceOf0(IS_REP0 + (<usize>state << 1)) + priceOf0(IS_REP0_LONG + both);
    if (byShortRep <= load<u32>(next, PRICE)) {
      putStep(next, byShortRep, 1, 0);
      nextIsNew = true;
    }
  }

  const ahead = min<usize>(inputEnd - at, NODE_LIMIT - 1 - (node - NODES) / NODE_SIZE);
  if (ahead < MIN_LENGTH) return;
  const limit = min(ahead, niceLength);

  // a literal that breaks a match at the latest distance
  if (!nextIsNew && byte != guess) {
    tryRep0Behind(node, at, latest, 1, ahead, byLiteral, afterLiteral(state), LITERAL);
  }

  let shortest: usize = MIN_LENGTH;
  const firstBytes = load<u16>(at);
  for (let back: u32 = 0; back < REP_COUNT; back++) {
    const from = at - load<u32>(node + (<usize>back << 2), NODE_REPS) - 1;
    if (load<u16>(from) != firstBytes) continue;
    const longest = commonLength(at, from, MIN_LENGTH, limit);
    reach(node + longest * NODE_SIZE);
    const chosen = byRep + repChoicePrice(back, state, positionState);
    let to = node + longest * NODE_SIZE;
    for (let length = longest; length >= MIN_LENGTH; length--, to -= NODE_SIZE) {
      offerStep(to, chosen + lengthPrice(REP_LENGTHS, positionState, length), length, back);
    }
    if (back == 0) shortest = longest + 1;
    const then = chosen + lengthPrice(REP_LENGTHS, positionState, longest);
    tryResumedMatch(node, at, from, longest, ahead, then, afterRep(state), back);
  }

  if (listEnd == MATCHES) return;
  const longest = min(matchLength(listEnd - MATCH_SIZE), limit);
  if (longest < shortest) return;
  reach(node + longest * NODE_SIZE);
  const byNew = byMatch + priceOf0(IS_REP + (<usize>state << 1));
  let match = MATCHES;
  while (matchLength(match) < shortest) match += MATCH_SIZE;
  let to = node + shortest * NODE_SIZE;
  let length = shortest;
  while (true) {
    const distance = matchDistance(match);
    const matchEnd = min(matchLength(match), longest);
    let total: u32 = 0;
    for (; length <= matchEnd; length++, to += NODE_SIZE) {
      total = byNew + distancePrice(distance, length) + lengthPrice(MATCH_LENGTHS, positionState, length);
      offerStep(to, total, length, distance + REP_COUNT);
    }
    tryResumedMatch(node, at, at - distance - 1, matchEnd, ahead, total, afterMatch(state), distance + REP_COUNT);
    if (matchEnd == longest) break;
    match += MATCH_SIZE;
  }
}

/** Lists the symbols on the way to `node`. Returns the list's beginning. */
function symbolsTo(node: usize): usize {
  let list = SYMBOLS_END;
  while (node != NODES) {
    list = putSymbol(list, load<u16>(node, LENGTH), load<u32>(node, BACK));
    const before = <usize>load<u16>(node, BEFORE);
    if (before != 0) list = putSymbol(list, 1, LITERAL);
    if (before > 1) list = putSymbol(list, before - 1, load<u32>(node, BACK_BEFORE));
    node = origin(node);
  }
  return list;
}

/** Chooses the symbols for a stretch at `at`, which is not the first place. Returns the beginning of their list. */
export function parseOptimally(at: usize): usize {
  refreshDistancePrices();
  let listEnd = foundEnd;
  foundEnd = 0;
  if (listEnd == 0) listEnd = findMatches();
  const ahead = min<usize>(inputEnd - at, MAX_LENGTH);
  if (ahead < MIN_LENGTH) return singleSymbol(1, LITERAL);

  // a match that is long enough is taken, the latest distances first
  let longestRep: usize = 0;
  let bestRep: u32 = 0;
  const firstBytes = load<u16>(at);
  for (let back: u32 = 0; back < REP_COUNT; back++) {
    const from = at - load<u32>(REPS + (<usize>back << 2)) - 1;
    if (load<u16>(from) != firstBytes) continue;
    const length = commonLength(at, from, MIN_LENGTH, ahead);
    if (length > longestRep) {
      longestRep = length;
      bestRep = back;
    }
  }
  if (longestRep >= niceLength) {
    skipMatches(longestRep - 1);
    return singleSymbol(longestRep, bestRep);
  }
  const longest: usize = listEnd == MATCHES ? 0 : matchLength(listEnd - MATCH_SIZE);
  if (longest >= niceLength) {
    skipMatches(longest - 1);
    return singleSymbol(longest, matchDistance(listEnd - MATCH_SIZE) + REP_COUNT);
  }
  if (longest == 0 && longestRep == 0 && load<u8>(at) != load<u8>(at - load<u32>(REPS) - 1)) {
    return singleSymbol(1, LITERAL);
  }

  store<u32>(NODES, 0, PRICE);
  store<u32>(NODES, load<u32>(STATE), NODE_STATE);
  v128.store(NODES, v128.load(REPS), NODE_REPS);
  last = NODES;
  tryStepsFrom(NODES, at, listEnd);
  let node = NODES + NODE_SIZE;
  for (; node < last; node += NODE_SIZE) {
    at++;
    listEnd = findMatches();
    if (listEnd != MATCHES && matchLength(listEnd - MATCH_SIZE) >= niceLength) {
      foundEnd = listEnd;
      break;
    }
    settle(node);
    tryStepsFrom(node, at, listEnd);
  }
  return symbolsTo(node);
}
