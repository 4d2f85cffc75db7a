// Parse by dynamic programming: from the end of a stretch to its start, the cheapest way from each place. What a symbol
// costs is known only from the parse it is part of; so a lazy parse gives the first costs, and each pass those for
// the next one. Every block has costs of its own.

import { blockCounts, blockEnd, costOfCount, splitBlocks } from "./block-splitter";
import { allMatches, rewindMatches } from "./match-finder";
import {
  BASES, BYTE_COSTS, DISTANCE_COSTS, EXTRA_BITS, LENGTH_COSTS, LENGTH_SYMBOLS, MATCHES, MATCHES_END, PLACE_COSTS,
  PLACE_MATCHES, PLACE_STEPS, REGIONS, SYMBOLS, SYMBOL_LIMIT, SYMBOL_SLACK,
} from "./memory-plan";
import { parsedUpTo, replaceSymbols, symbolCount } from "./parser";
import { beginSegments, countSegments, segmentBytes } from "./segments";
import { DISTANCES, END_OF_BLOCK, MAX_MATCH, MIN_MATCH, literalSymbol, matchSymbol } from "./symbols";

/** Matches that a place may have: each is longer than the one before. */
const MOST_MATCHES: usize = MAX_MATCH - MIN_MATCH + 1;
const TOO_FAR: u32 = 1 << 30;
const MOST_SYMBOLS: usize = SYMBOL_LIMIT + SYMBOL_SLACK / 2;

let attempts: u32 = 0;
let nice: usize = 0;
let passes: u32 = 0;

/** `attempts` and `nice` as of the match finder. */
export function configureOptimal(mostAttempts: u32, niceLength: usize, passCount: u32): void {
  attempts = mostAttempts;
  nice = niceLength;
  passes = passCount;
}

/** Finds all matches of [start, end); returns the end of the part that they had room for. */
function cacheMatches(start: usize, end: usize): usize {
  let out = MATCHES;
  let at = start;
  let entry = PLACE_MATCHES;
  while (at < end && out + MOST_MATCHES * 4 <= MATCHES_END) {
    store<u32>(entry, <u32>out);
    entry += 4;
    const first = out;
    out = allMatches(at, end, attempts, nice, out);
    at++;
    if (out == first) continue;
    const length = <usize>(load<u32>(out - 4) & 0xffff);
    if (length < nice) continue;
    // a match so long will be taken: what begins inside of it is of no use
    for (let k: usize = 1; k < length; k++, at++, entry += 4) store<u32>(entry, <u32>out);
  }
  store<u32>(entry, <u32>out);
  return at;
}

/** Sets the costs by a histogram. */
function setCosts(counts: usize): void {
  let total: u32 = 0;
  for (let k: usize = 0; k < DISTANCES; k++) total += load<u16>(counts + (k << 1));
  for (let byte: usize = 0; byte < 256; byte++) {
    store<u32>(byte << 2, costOfCount(load<u16>(counts + (byte << 1)), total), BYTE_COSTS);
  }
  for (let symbol: usize = END_OF_BLOCK + 1; symbol < 286; symbol++) {
    const extra = <u32>load<u8>(symbol, EXTRA_BITS);
    const cost = costOfCount(load<u16>(counts + (symbol << 1)), total) + (extra << 8);
    const base = <usize>load<u16>(symbol << 1, BASES);
    for (let k = <usize>0; k < (<usize>1 << extra); k++) store<u32>((base + k) << 2, cost, LENGTH_COSTS);
  }
  const longest = load<u32>(MAX_MATCH << 2, LENGTH_SYMBOLS);
  store<u32>(MAX_MATCH << 2, costOfCount(load<u16>(counts + <usize>(longest << 1)), total), LENGTH_COSTS);
  total = 0;
  for (let k: usize = 0; k < 30; k++) total += load<u16>(counts + ((DISTANCES + k) << 1));
  for (let k: usize = 0; k < 30; k++) {
    const cost = costOfCount(load<u16>(counts + ((DISTANCES + k) << 1)), total);
    store<u32>(k << 2, cost + (<u32>load<u8>(EXTRA_BITS + DISTANCES + k) << 8), DISTANCE_COSTS);
  }
}

/** Finds the cheapest way of the places from `last` - 1 down to `first` of the stretch at `start`. */
function findSteps(start: usize, first: usize, last: usize): void {
  let matchEnd = <usize>load<u32>(last << 2, PLACE_MATCHES);
  for (let place = last; place > first;) {
    place--;
    const costs = PLACE_COSTS + (place << 2);
    let best = load<u32>(costs, 4) + load<u32>(<usize>load<u8>(start + place) << 2, BYTE_COSTS);
    let step: u32 = 0;
    const from = <usize>load<u32>(place << 2, PLACE_MATCHES);
    let length: usize = MIN_MATCH;
    for (let at = from; at < matchEnd; at += 4) {
      const match = load<u32>(at);
      const longest = <usize>(match & 0xffff);
      const rest = (match >> 16) - 1;
      const halves = 30 - <u32>clz(rest | 1);
      const symbol = rest < 2 ? rest : (halves << 1) + (rest >> halves);
      const ahead = load<u32>(<usize>(symbol << 2), DISTANCE_COSTS);
      const aheads = i32x4.splat(ahead);
      for (; length + 3 <= longest; length += 4) {
        const sums = i32x4.add(
          i32x4.add(v128.load(LENGTH_COSTS + (length << 2)), v128.load(costs + (length << 2))), aheads,
        );
        if (!v128.any_true(i32x4.lt_s(sums, i32x4.splat(best)))) continue;
        for (let k = length; k < length + 4; k++) {
          const cost = load<u32>(LENGTH_COSTS + (k << 2)) + load<u32>(costs + (k << 2)) + ahead;
          if (cost < best) {
            best = cost;
            step = <u32>k | (match & 0xffff0000);
          }
        }
      }
      for (; length <= longest; length++) {
        const cost = load<u32>(LENGTH_COSTS + (length << 2)) + load<u32>(costs + (length << 2)) + ahead;
        if (cost < best) {
          best = cost;
          step = <u32>length | (match & 0xffff0000);
        }
      }
    }
    matchEnd = from;
    store<u32>(costs, best);
    store<u32>(place << 2, step, PLACE_STEPS);
  }
}

/** Makes symbols of the steps; returns how much of the stretch they are for. */
function takeSteps(start: usize, size: usize): usize {
  let count: usize = 0;
  let place: usize = 0;
  while (place < size && count < MOST_SYMBOLS) {
    const step = load<u32>(place << 2, PLACE_STEPS);
    const symbol =
      step == 0 ? literalSymbol(load<u8>(start + place)) : matchSymbol(<usize>(step & 0xffff), <usize>(step >> 16));
    store<u32>(SYMBOLS + (count++ << 2), symbol);
    place += step == 0 ? 1 : <usize>(step & 0xffff);
  }
  replaceSymbols(count, start + place);
  return place;
}

/** Parses the input of all symbols, from `start` on, anew. Returns false if only a first part of it could be held. */
export function optimize(start: usize): bool {
  const parsed = parsedUpTo();
  rewindMatches(start);
  const size = cacheMatches(start, parsed) - start;
  store<u32>(PLACE_COSTS + (size << 2), 0);
  // where there was no room for all matches, those that there are may lead too far
  for (let k: usize = 1; k <= MAX_MATCH; k++) store<u32>(PLACE_COSTS + ((size + k) << 2), TOO_FAR);
  for (let pass: u32 = 0; pass < passes; pass++) {
    beginSegments();
    const segments = countSegments(symbolCount);
    splitBlocks(segments, true);
    let regions: usize = 0;
    for (let segment: usize = 0; segment < segments; ) {
      store<u32>(REGIONS + (regions << 2), <u32>segment);
      regions++;
      segment = blockEnd(segment);
    }
    // from the last block to the first one
    let last = size;
    let end = parsedUpTo() - start;
    let behind = segments;
    while (regions > 0) {
      regions--;
      const segment = <usize>load<u32>(REGIONS + (regions << 2));
      let first = end;
      for (let k = segment; k < behind; k++) first -= segmentBytes(k);
      end = first;
      behind = segment;
      if (first >= size) continue;
      setCosts(blockCounts(segment));
      findSteps(start, first, last);
      last = first;
    }
    takeSteps(start, size);
  }
  beginSegments();
  return parsedUpTo() == parsed;
}
