// Which segments make a block: neighbours are joined as long as that saves bits, the pair that saves most first.
// What a block takes is estimated by entropy, or, of few blocks, exact.

import { buildDynamic } from "./block-code";
import {
  BLOCKS, BLOCK_COUNTS, ENTROPY, ENTROPY_COUNT, EXTRA_BITS, HISTOGRAM_SIZE, NO_COUNTS, SEGMENT_COUNTS,
} from "./memory-plan";
import { DISTANCES, END_OF_BLOCK } from "./symbols";

// A block is three u32 at the segment that it begins with.
/** The segment behind it. */
const END: usize = 0;
/** Cost, 1/256 bits. */
const COST: usize = 4;
/** What joining it with the next one saves, 1/256 bits, i32. */
const SAVING: usize = 8;

/** Where symbols with extra bits begin. */
const FIRST_EXTRA: usize = 264;
/** Bits of a header, in 1/256: of each symbol used, and in any case. Measured over code and text. */
const HEADER_PER_SYMBOL: u32 = 4 * 256;
const HEADER_ANYWAY: u32 = 100 * 256;
/** So that estimates divide too much. */
const LITTLE_PER_SYMBOL: u32 = 3 * 256;

let headerPerSymbol: u32 = 0;
let scratch: usize = 0;
let exactly: bool = false;

function blockAt(segment: usize): usize {
  return BLOCKS + (segment << 4);
}

function countsOf(segment: usize): usize {
  return BLOCK_COUNTS + segment * HISTOGRAM_SIZE;
}

/** n * log2(n) in 1/256 bits. */
function entropyTerm(n: u32): u32 {
  if (n < ENTROPY_COUNT) return load<u32>(<usize>n << 2, ENTROPY);
  const shift = 22 - <u32>clz(n);
  const head = n >> shift;
  return n * (load<u32>(<usize>head << 2, ENTROPY) / head + (shift << 8));
}

/** log2(n) in 1/256. */
function log2(n: u32): u32 {
  return n == 0 ? 0 : entropyTerm(n) / n;
}

/** What a symbol costs by its share of the symbols, in 1/256 bits: no less than a code takes, nor more. */
export function costOfCount(count: u32, total: u32): u32 {
  const bits = count == 0 ? log2(total) + 256 : log2(total) - log2(count);
  return min(max(bits, 256), 15 * 256);
}

/** The sum of the entropy terms of eight counts. */
function entropyTerms(counts: v128): u32 {
  if (v128.any_true(i16x8.gt_u(counts, i16x8.splat(<i16>(ENTROPY_COUNT - 1))))) {
    return (
      entropyTerm(i16x8.extract_lane_u(counts, 0)) + entropyTerm(i16x8.extract_lane_u(counts, 1)) +
      entropyTerm(i16x8.extract_lane_u(counts, 2)) + entropyTerm(i16x8.extract_lane_u(counts, 3)) +
      entropyTerm(i16x8.extract_lane_u(counts, 4)) + entropyTerm(i16x8.extract_lane_u(counts, 5)) +
      entropyTerm(i16x8.extract_lane_u(counts, 6)) + entropyTerm(i16x8.extract_lane_u(counts, 7))
    );
  }
  const places = i16x8.shl(counts, 2);
  return (
    load<u32>(i16x8.extract_lane_u(places, 0), ENTROPY) + load<u32>(i16x8.extract_lane_u(places, 1), ENTROPY) +
    load<u32>(i16x8.extract_lane_u(places, 2), ENTROPY) + load<u32>(i16x8.extract_lane_u(places, 3), ENTROPY) +
    load<u32>(i16x8.extract_lane_u(places, 4), ENTROPY) + load<u32>(i16x8.extract_lane_u(places, 5), ENTROPY) +
    load<u32>(i16x8.extract_lane_u(places, 6), ENTROPY) + load<u32>(i16x8.extract_lane_u(places, 7), ENTROPY)
  );
}

function sumOfLanes(sums: v128): u32 {
  return (
    i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3)
  );
}

/** Estimated bits of the sum of two histograms as a block, in 1/256. */
function estimate(a: usize, b: usize): u32 {
  const none = i16x8.splat(0);
  let saved: u32 = 0;
  let used = none;
  let literals = none;
  let distances = none;
  let extra = none;
  for (let k: usize = 0; k < 320; k += 8) {
    let counts = i16x8.add(v128.load(a + (k << 1)), v128.load(b + (k << 1)));
    // the literals counted in vain
    if (k == 312) counts = v128.and(counts, i16x8(-1, -1, -1, -1, -1, -1, 0, 0));
    if (!v128.any_true(counts)) continue;
    saved += entropyTerms(counts);
    used = i16x8.add(used, i16x8.ne(counts, none));
    const sums = i32x4.extadd_pairwise_i16x8_u(counts);
    if (k < DISTANCES) literals = i32x4.add(literals, sums);
    else distances = i32x4.add(distances, sums);
    if (k >= FIRST_EXTRA) {
      const bits = v128.load_ext<u8>(k, EXTRA_BITS);
      extra = i32x4.add(extra, i32x4.extmul_low_i16x8_u(counts, bits));
      extra = i32x4.add(extra, i32x4.extmul_high_i16x8_u(counts, bits));
    }
  }
  const symbols = sumOfLanes(i32x4.extadd_pairwise_i16x8_u(i16x8.neg(used)));
  const codes = entropyTerm(sumOfLanes(literals)) + entropyTerm(sumOfLanes(distances)) - saved;
  return codes + symbols * headerPerSymbol + HEADER_ANYWAY + (sumOfLanes(extra) << 8);
}

/** Sums two histograms to `to`, which may be one of them. */
function addCounts(to: usize, a: usize, b: usize): void {
  for (let k: usize = 0; k < HISTOGRAM_SIZE; k += 16) {
    v128.store(to + k, i16x8.add(v128.load(a + k), v128.load(b + k)));
  }
}

/** Bits of the sum of two histograms as a block, in 1/256. */
function costOf(a: usize, b: usize): u32 {
  if (!exactly) return estimate(a, b);
  addCounts(scratch, a, b);
  store<u16>(scratch + END_OF_BLOCK * 2, 1);
  return <u32>buildDynamic(scratch) << 8;
}

function updateSaving(segment: usize, segments: usize): void {
  const block = blockAt(segment);
  const next = blockEnd(segment);
  if (next == segments) {
    store<i32>(block, i32.MIN_VALUE, SAVING);
    return;
  }
  const apart = load<u32>(block, COST) + load<u32>(blockAt(next), COST);
  store<i32>(block, <i32>(apart - costOf(countsOf(segment), countsOf(next))), SAVING);
}

/** Joins blocks as long as that saves bits. */
function joinBlocks(segments: usize): void {
  for (let segment: usize = 0; segment < segments; segment = blockEnd(segment)) {
    store<u32>(blockAt(segment), costOf(countsOf(segment), NO_COUNTS), COST);
  }
  for (let segment: usize = 0; segment < segments; segment = blockEnd(segment)) updateSaving(segment, segments);
  while (true) {
    let most: i32 = 0;
    let best: usize = 0;
    let bestBefore: usize = 0;
    let before: usize = 0;
    for (let segment: usize = 0; segment < segments; segment = blockEnd(segment)) {
      const saving = load<i32>(blockAt(segment), SAVING);
      if (saving > most) {
        most = saving;
        best = segment;
        bestBefore = before;
      }
      before = segment;
    }
    if (most == 0) return;
    const block = blockAt(best);
    const next = blockEnd(best);
    store<u32>(block, load<u32>(block, COST) + load<u32>(blockAt(next), COST) - <u32>most, COST);
    store<u32>(block, <u32>blockEnd(next), END);
    addCounts(countsOf(best), countsOf(best), countsOf(next));
    updateSaving(best, segments);
    if (bestBefore != best) updateSaving(bestBefore, segments);
  }
}

/**
 * Divides the first `segments` segments into blocks, by estimates, or, `byCodes`, by estimates that divide too much and
 * then by what each block takes.
 */
export function splitBlocks(segments: usize, byCodes: bool): void {
  memory.copy(BLOCK_COUNTS, SEGMENT_COUNTS, segments * HISTOGRAM_SIZE);
  scratch = BLOCK_COUNTS + segments * HISTOGRAM_SIZE;
  for (let segment: usize = 0; segment < segments; segment++) store<u32>(blockAt(segment), <u32>(segment + 1), END);
  exactly = false;
  headerPerSymbol = byCodes ? LITTLE_PER_SYMBOL : HEADER_PER_SYMBOL;
  joinBlocks(segments);
  if (!byCodes || blockEnd(0) == segments) return;
  exactly = true;
  joinBlocks(segments);
}

/** The segment behind the block that begins with `segment`. */
export function blockEnd(segment: usize): usize {
  return load<u32>(blockAt(segment), END);
}

/** The histogram of the block that begins with `segment`, without its end. */
export function blockCounts(segment: usize): usize {
  return countsOf(segment);
}

/** Bits of the block that begins with `segment`, as it was when blocks were divided. */
export function blockBits(segment: usize): usize {
  return load<u32>(blockAt(segment), COST) >> 8;
}

/** Bits of all blocks of the first `segments` segments. */
export function dividedBits(segments: usize): usize {
  let bits: usize = 0;
  for (let segment: usize = 0; segment < segments; segment = blockEnd(segment)) {
    bits += blockBits(segment);
  }
  return bits;
}

/** Estimated bits of the first `segments` segments as one block. */
export function undividedBits(segments: usize): usize {
  memory.fill(BLOCK_COUNTS, 0, HISTOGRAM_SIZE);
  for (let segment: usize = 0; segment < segments; segment++) {
    addCounts(BLOCK_COUNTS, BLOCK_COUNTS, SEGMENT_COUNTS + segment * HISTOGRAM_SIZE);
  }
  headerPerSymbol = HEADER_PER_SYMBOL;
  return estimate(BLOCK_COUNTS, NO_COUNTS) >> 8;
}
