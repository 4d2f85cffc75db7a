// Parse by dynamic programming: from the end of a stretch to its start, the cheapest way from each place. What a symbol
// costs is known only from the parse it is part of; so a lazy parse gives the first costs, and each pass those for
// the next one. Every block has costs of its own.

import { blockCounts, blockEnd, costOfCount, dividedBits, splitBlocks } from "./block-splitter";
import { allMatches, packedDistance, packedLength, packedSymbol, rewindMatches } from "./match-finder";
import {
  BASES, BYTE_COSTS, DISTANCE_COSTS, EXTRA_BITS, LANE_MASKS, LENGTH_COSTS, LENGTH_SYMBOLS, MATCHES, MATCHES_END,
  PLACE_COSTS, PLACE_MATCHES, PLACE_STEPS, REGIONS, SYMBOLS, SYMBOL_ENDS, SYMBOL_LIMIT, SYMBOL_SLACK,
} from "./memory-plan";
import { parsedUpTo, replaceSymbols, symbolCount } from "./parser";
import { beginSegments, countSegments, segmentBytes } from "./segments";
import { DISTANCES, END_OF_BLOCK, MAX_MATCH, MIN_MATCH, literalSymbol, matchSymbol } from "./symbols";

/** Matches that a place may have: each is longer than the one before. */
const MOST_MATCHES: usize = MAX_MATCH - MIN_MATCH + 1;
/** Passes go on while each saves more than this part: all twelve take a sixth longer and save 0.01 % of the size. */
const WORTH_A_PASS: usize = 4096;
const TOO_FAR: u32 = 1 << 30;
/** Up to so many bytes each length has a symbol of its own. */
const SINGLE_LENGTHS: usize = 10;
/** Above it only the longest of the lengths with the same symbol is looked at. */
const EACH_LENGTH: usize = 34;
const MOST_SYMBOLS: usize = SYMBOL_LIMIT + SYMBOL_SLACK / 2;

let attempts: u32 = 0;
let nice: usize = 0;
let passes: u32 = 0;

/** `attempts` and `nice` as of the match finder. */
export function configureOptimal(mostAttempts: u32, niceLength: usize, passCount: u32): void {
  attempts = mostAttempts;
  nice = niceLength;
  passes = passCount;
  memory.fill(LANE_MASKS, 0, 32);
  memory.fill(LANE_MASKS + 32, 0xff, 32);
  for (let length = MIN_MATCH; length < MAX_MATCH; length++) {
    const symbol = <usize>load<u32>(length << 2, LENGTH_SYMBOLS) & 0x1ff;
    store<u16>(length << 1, load<u16>((symbol + 1) << 1, BASES) - 1, SYMBOL_ENDS);
  }
  store<u16>(MAX_MATCH << 1, <u16>MAX_MATCH, SYMBOL_ENDS);
}

/** Where the mask of the lengths from 3 to 10 that are longer than `length` stands, one of them or 2. */
function laneMask(length: usize): usize {
  return LANE_MASKS + ((SINGLE_LENGTHS - length) << 2);
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
    const length = packedLength(load<u32>(out - 4));
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

/** Lanes are unsigned: two that are too far make more than an i32 holds. */
function leastLane(sums: v128): u32 {
  const pairs = i32x4.min_u(sums, i32x4.shuffle(sums, sums, 2, 3, 0, 1));
  return min(<u32>i32x4.extract_lane(pairs, 0), <u32>i32x4.extract_lane(pairs, 1));
}

/**
 * Finds the cheapest way of the places from `last` - 1 down to `first` of the stretch at `start`. Lengths that share a
 * symbol cost the same: but for the longest of them they hardly ever lead to a cheaper place.
 */
function findSteps(start: usize, first: usize, last: usize): void {
  let matchEnd = <usize>load<u32>(last << 2, PLACE_MATCHES);
  const none = i32x4.splat(TOO_FAR);
  for (let place = last; place > first;) {
    place--;
    const costs = PLACE_COSTS + (place << 2);
    let best = load<u32>(costs, 4) + load<u32>(<usize>load<u8>(start + place) << 2, BYTE_COSTS);
    let step: usize = 1;
    const from = <usize>load<u32>(place << 2, PLACE_MATCHES);
    if (from != matchEnd) {
      // costs of distances, for 3 to 6 bytes and for 7 to 10
      let nearer = none;
      let farther = none;
      let length = MIN_MATCH - 1;
      for (let at = from; at < matchEnd; at += 4) {
        const match = load<u32>(at);
        const cost = load<u32>(packedSymbol(match) << 2, DISTANCE_COSTS);
        const longest = packedLength(match);
        if (length < SINGLE_LENGTHS) {
          const mask = laneMask(length);
          nearer = v128.bitselect(i32x4.splat(cost), nearer, v128.load(mask));
          farther = v128.bitselect(i32x4.splat(cost), farther, v128.load(mask, 16));
        }
        // what is above is looked at by fours from the longest down
        const above = max(length, SINGLE_LENGTHS);
        const highest = min(longest, EACH_LENGTH);
        for (let four = highest - 3; four + 3 > above; four -= 4) {
          const lengthCosts = LENGTH_COSTS + (four << 2);
          const sums = i32x4.add(i32x4.add(v128.load(lengthCosts), v128.load(costs + (four << 2))), i32x4.splat(cost));
          if (!v128.any_true(i32x4.lt_u(sums, i32x4.splat(best)))) continue;
          best = leastLane(sums);
          step = four + ctz(i32x4.bitmask(i32x4.eq(sums, i32x4.splat(best))));
        }
        for (length = max(length, EACH_LENGTH); length < longest; ) {
          length = min(longest, <usize>load<u16>((length + 1) << 1, SYMBOL_ENDS));
          const sum = load<u32>(length << 2, LENGTH_COSTS) + load<u32>(costs + (length << 2)) + cost;
          if (sum >= best) continue;
          best = sum;
          step = length;
        }
        length = longest;
      }
      if (length < SINGLE_LENGTHS) {
        const mask = laneMask(length);
        nearer = v128.or(nearer, v128.and(none, v128.load(mask)));
        farther = v128.or(farther, v128.and(none, v128.load(mask, 16)));
      }
      nearer = i32x4.add(nearer, i32x4.add(v128.load(LENGTH_COSTS + 3 * 4), v128.load(costs, 3 * 4)));
      farther = i32x4.add(farther, i32x4.add(v128.load(LENGTH_COSTS + 7 * 4), v128.load(costs, 7 * 4)));
      const least = i32x4.min_u(nearer, farther);
      if (v128.any_true(i32x4.lt_u(least, i32x4.splat(best)))) {
        best = leastLane(least);
        const bests = i32x4.splat(best);
        step = MIN_MATCH + ctz(i32x4.bitmask(i32x4.eq(nearer, bests)) | (i32x4.bitmask(i32x4.eq(farther, bests)) << 4));
      }
      matchEnd = from;
    }
    store<u32>(costs, best);
    store<u16>(place << 1, <u16>step, PLACE_STEPS);
  }
}

/** The nearest match at a place that is so long, as a symbol. */
function symbolOfStep(place: usize, length: usize): u32 {
  let at = <usize>load<u32>(place << 2, PLACE_MATCHES);
  while (packedLength(load<u32>(at)) < length) at += 4;
  return matchSymbol(length, packedDistance(load<u32>(at)));
}

/** Makes symbols of the steps; returns how much of the stretch they are for. */
function takeSteps(start: usize, size: usize): usize {
  let count: usize = 0;
  let place: usize = 0;
  while (place < size && count < MOST_SYMBOLS) {
    const step = <usize>load<u16>(place << 1, PLACE_STEPS);
    store<u32>(SYMBOLS + (count++ << 2), step == 1 ? literalSymbol(load<u8>(start + place)) : symbolOfStep(place, step));
    place += step;
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
  let bitsBefore = usize.MAX_VALUE;
  for (let pass: u32 = 0; pass < passes; pass++) {
    beginSegments();
    const segments = countSegments(symbolCount);
    splitBlocks(segments, true);
    const bits = dividedBits(segments);
    if (bits + bits / WORTH_A_PASS >= bitsBefore) break;
    bitsBefore = bits;
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
