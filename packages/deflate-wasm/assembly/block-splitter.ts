// Which segments make a block: neighbours are joined as long as that saves bits, the pair that saves most first.
// Costs are estimated by entropy.

import { BLOCKS, BLOCK_COUNTS, ENTROPY, ENTROPY_COUNT, EXTRA_BITS, HISTOGRAM_SIZE, SEGMENT_COUNTS } from "./memory-plan";
import { DISTANCES } from "./symbols";

// A block is four u32 at the segment that it begins with.
/** The segment behind it. */
const END: usize = 0;
/** Estimated cost, 1/256 bits, without extra bits. */
const COST: usize = 4;
/** What joining it with the next one saves, 1/256 bits, i32. */
const SAVING: usize = 8;

/** Bits of a header, in 1/256: of each symbol used, and in any case. Measured over code and text. */
const HEADER_PER_SYMBOL: u32 = 3 * 256;
const HEADER_ANYWAY: u32 = 80 * 256;

let scratch: usize = 0;

function blockAt(segment: usize): usize {
  return BLOCKS + (segment << 4);
}

function countsOf(segment: usize): usize {
  return BLOCK_COUNTS + segment * HISTOGRAM_SIZE;
}

/** n * log2(n) in 1/256 bits. */
function entropyTerm(n: u32): u32 {
  if (n < ENTROPY_COUNT) return load<u32>(ENTROPY + (<usize>n << 2));
  const shift = 22 - <u32>clz(n);
  const head = n >> shift;
  return n * (load<u32>(ENTROPY + (<usize>head << 2)) / head + (shift << 8));
}

/** Estimated bits of a histogram as a block, in 1/256, without extra bits. */
function estimate(counts: usize): u32 {
  let total: u32 = 0;
  let saved: u32 = 0;
  let used: u32 = 0;
  for (let k: usize = 0; k < DISTANCES * 2; k += 2) {
    const count = <u32>load<u16>(counts + k);
    if (count == 0) continue;
    total += count;
    saved += entropyTerm(count);
    used++;
  }
  let distances: u32 = 0;
  for (let k: usize = DISTANCES * 2; k < (DISTANCES + 30) * 2; k += 2) {
    const count = <u32>load<u16>(counts + k);
    if (count == 0) continue;
    distances += count;
    saved += entropyTerm(count);
    used++;
  }
  return entropyTerm(total) + entropyTerm(distances) - saved + used * HEADER_PER_SYMBOL + HEADER_ANYWAY;
}

/** Sums two histograms to `to`, which may be one of them. */
function addCounts(to: usize, a: usize, b: usize): void {
  for (let k: usize = 0; k < HISTOGRAM_SIZE; k += 16) {
    v128.store(to + k, i16x8.add(v128.load(a + k), v128.load(b + k)));
  }
}

function updateSaving(segment: usize, segments: usize): void {
  const block = blockAt(segment);
  const next = load<u32>(block, END);
  if (<usize>next == segments) {
    store<i32>(block, i32.MIN_VALUE, SAVING);
    return;
  }
  addCounts(scratch, countsOf(segment), countsOf(next));
  const apart = load<u32>(block, COST) + load<u32>(blockAt(next), COST);
  store<i32>(block, <i32>(apart - estimate(scratch)), SAVING);
}

/** Divides the first `segments` segments into blocks. */
export function splitBlocks(segments: usize): void {
  memory.copy(BLOCK_COUNTS, SEGMENT_COUNTS, segments * HISTOGRAM_SIZE);
  scratch = BLOCK_COUNTS + segments * HISTOGRAM_SIZE;
  for (let segment: usize = 0; segment < segments; segment++) {
    store<u32>(blockAt(segment), <u32>(segment + 1), END);
    store<u32>(blockAt(segment), estimate(countsOf(segment)), COST);
  }
  for (let segment: usize = 0; segment < segments; segment++) updateSaving(segment, segments);
  while (true) {
    let most: i32 = 0;
    let best: usize = 0;
    let bestBefore: usize = 0;
    let before: usize = 0;
    for (let segment: usize = 0; segment < segments; segment = load<u32>(blockAt(segment), END)) {
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
    const next = <usize>load<u32>(block, END);
    store<u32>(block, load<u32>(block, COST) + load<u32>(blockAt(next), COST) - <u32>most, COST);
    store<u32>(block, load<u32>(blockAt(next), END), END);
    addCounts(countsOf(best), countsOf(best), countsOf(next));
    updateSaving(best, segments);
    if (bestBefore != best) updateSaving(bestBefore, segments);
  }
}

/** The segment behind the block that begins with `segment`. */
export function blockEnd(segment: usize): usize {
  return load<u32>(blockAt(segment), END);
}

/** The histogram of the block that begins with `segment`, without its end. */
export function blockCounts(segment: usize): usize {
  return countsOf(segment);
}

/** Estimated bits of all blocks of the first `segments` segments. */
export function estimatedBits(segments: usize): usize {
  let bits: usize = 0;
  for (let segment: usize = 0; segment < segments; segment = blockEnd(segment)) {
    bits += load<u32>(blockAt(segment), COST) >> 8;
    const counts = countsOf(segment);
    for (let k: usize = 265; k < 318; k++) bits += <usize>load<u16>(counts + (k << 1)) * load<u8>(EXTRA_BITS + k);
  }
  return bits;
}
