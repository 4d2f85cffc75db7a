// Splits a block where its statistics change, so that each part has tables of its own: dynamic programming over parts
// of about the same size, whose counts add up.

import { BLOCK_HEADER } from "./block";
import { literalsCost } from "./literals";
import { COUNTS_SIZE, LITERALS, LITERAL_COUNTS, PARTS, PART_LIMIT, TRIALS } from "./memory-plan";
import { sequencesCost } from "./sequences";
import { codesAt, endOf, literalsBefore } from "./sequence-store";

/** Per number of parts, u32 each: the least cost so far, the parts before the last block, where the part ends. */
const WAYS: usize = PARTS + PART_LIMIT * COUNTS_SIZE;
const COST: usize = 0;
const FROM: usize = 4;
const END: usize = 8;
/** The next way's number, once the way is chosen. */
const NEXT: usize = 12;

function wayAt(parts: usize): usize {
  return WAYS + (parts << 4);
}

function countOne(counts: usize, symbol: usize): void {
  const at = counts + (symbol << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Counts what is in each part of about `step` bytes of the first `sequences` and `literals`; returns the parts. */
function countParts(sequences: usize, literals: usize, step: usize): usize {
  let parts: usize = 0;
  let literal: usize = 0;
  let sequence: usize = 0;
  while (sequence < sequences && parts < PART_LIMIT) {
    const counts = PARTS + parts * COUNTS_SIZE;
    memory.fill(counts, 0, COUNTS_SIZE);
    parts++;
    const end = parts * step;
    let bytes: usize = 0;
    while (sequence < sequences && (bytes < end || parts == PART_LIMIT)) {
      bytes = endOf(sequence);
      const codes = <usize>load<u32>(codesAt(sequence));
      countOne(counts + 1024, codes & 255);
      countOne(counts + 1280, (codes >> 8) & 255);
      countOne(counts + 1536, codes >> 16);
      sequence++;
    }
    const literalEnd = sequence == sequences ? literals : <usize>literalsBefore(sequence);
    for (; literal < literalEnd; literal++) countOne(counts, load<u8>(LITERALS + literal));
    store<u32>(wayAt(parts), <u32>bytes, END);
  }
  return parts;
}

function addCounts(to: usize, from: usize): void {
  for (let k: usize = 0; k < COUNTS_SIZE; k += 16) {
    v128.store(to + k, i32x4.add(v128.load(to + k), v128.load(from + k)));
  }
}

function sumOf(counts: usize, symbols: usize): u32 {
  let sum: u32 = 0;
  for (let k: usize = 0; k < symbols; k++) sum += load<u32>(counts + (k << 2));
  return sum;
}

/** Finds where to split the block of which the first `sequences` and `literals` are told, by parts of `step` bytes. */
export function splitBlock(sequences: usize, literals: usize, step: usize): void {
  const parts = countParts(sequences, literals, step);
  for (let k: usize = 1; k <= parts; k++) store<u32>(wayAt(k), u32.MAX_VALUE, COST);
  store<u32>(wayAt(0), 0, COST);
  store<u32>(wayAt(0), 0, END);
  for (let from: usize = 0; from < parts; from++) {
    memory.fill(LITERAL_COUNTS, 0, COUNTS_SIZE);
    const before = load<u32>(wayAt(from), COST);
    for (let to = from + 1; to <= parts; to++) {
      addCounts(LITERAL_COUNTS, PARTS + (to - 1) * COUNTS_SIZE);
      const cost =
        before +
        (<u32>BLOCK_HEADER << 11) +
        literalsCost(sumOf(LITERAL_COUNTS, 256)) +
        sequencesCost(TRIALS, sumOf(LITERAL_COUNTS + 1024, 64));
      if (cost < load<u32>(wayAt(to), COST)) {
        store<u32>(wayAt(to), cost, COST);
        store<u32>(wayAt(to), <u32>from, FROM);
      }
    }
  }
  let to = <u32>parts;
  while (to != 0) {
    const from = load<u32>(wayAt(to), FROM);
    store<u32>(wayAt(from), to, NEXT);
    to = from;
  }
  store<u32>(wayAt(parts), 0, NEXT);
}

/** The way on from `parts`, 0 to begin with: the parts up to the next split. 0 if there is none. */
export function nextSplit(parts: usize): usize {
  return load<u32>(wayAt(parts), NEXT);
}

/** Bytes of the block up to a split. */
export function splitAt(parts: usize): usize {
  return load<u32>(wayAt(parts), END);
}

/** Puts the counts of the parts between two splits to LITERAL_COUNTS. */
export function countBetween(from: usize, to: usize): void {
  memory.fill(LITERAL_COUNTS, 0, COUNTS_SIZE);
  for (; from < to; from++) addCounts(LITERAL_COUNTS, PARTS + from * COUNTS_SIZE);
}
