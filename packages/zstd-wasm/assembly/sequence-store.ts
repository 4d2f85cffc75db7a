// The sequences that a parser makes of a block, and the three offsets that can be repeated.

import { highBit, literalLengthCode, matchLengthCode, MIN_MATCH } from "./codes";
import { CODES, LITERALS, SEQUENCES } from "./memory-plan";

// A sequence is four u32; lengths of literals are differences, so that a block can be cut anywhere.
/** Literals of the block up to its match. */
const LITERAL_END: usize = 0;
export const LENGTH: usize = 4;
/** 1 to 3: a repeated offset; else the offset and 3. */
export const OFFSET_VALUE: usize = 8;
/** Bytes of the block up to the end of its match. */
const END: usize = 12;

let count: usize = 0;
let blockStart: usize = 0;
/** Where the last sequence ends, and the literals before. */
let anchor: usize = 0;
let literalCount: usize = 0;

let rep1: u32 = 1;
let rep2: u32 = 4;
let rep3: u32 = 8;
/** The repeated offsets where the block began. */
let startRep1: u32 = 1;
let startRep2: u32 = 4;
let startRep3: u32 = 8;

export function beginFrameOffsets(): void {
  rep1 = 1;
  rep2 = 4;
  rep3 = 8;
}

/** A block begins at `at`; the repeated offsets go on from the block before. */
export function beginSequences(at: usize): void {
  blockStart = at;
  startRep1 = rep1;
  startRep2 = rep2;
  startRep3 = rep3;
  count = 0;
  anchor = at;
  literalCount = 0;
}

/** Forgets the block's sequences, for it to be parsed once more or to be stored plain. */
export function dropSequences(): void {
  rep1 = startRep1;
  rep2 = startRep2;
  rep3 = startRep3;
  count = 0;
  anchor = blockStart;
  literalCount = 0;
}

export function sequenceCount(): usize {
  return count;
}
export function anchorAt(): usize {
  return anchor;
}
export function repeated1(): u32 {
  return rep1;
}
export function repeated2(): u32 {
  return rep2;
}
export function repeated3(): u32 {
  return rep3;
}

export function sequenceAt(index: usize): usize {
  return SEQUENCES + (index << 4);
}
export function codesAt(index: usize): usize {
  return CODES + (index << 2);
}

export function literalsBefore(index: usize): u32 {
  return index == 0 ? 0 : load<u32>(sequenceAt(index - 1), LITERAL_END);
}
/** Bytes of the block before the sequence. */
export function bytesBefore(index: usize): u32 {
  return index == 0 ? 0 : load<u32>(sequenceAt(index - 1), END);
}
export function literalLengthOf(index: usize): u32 {
  return load<u32>(sequenceAt(index), LITERAL_END) - literalsBefore(index);
}
export function endOf(index: usize): u32 {
  return load<u32>(sequenceAt(index), END);
}

/** Copies in steps of 16 bytes: writes up to 15 bytes more. */
function appendLiterals(from: usize, length: usize): void {
  let to = LITERALS + literalCount;
  const end = to + length;
  while (to < end) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
}

/** Appends the match of `length` at `at`; what precedes it are literals. The offset value as in the format. */
export function putSequence(at: usize, length: usize, offsetValue: u32): void {
  const literals = at - anchor;
  appendLiterals(anchor, literals);
  literalCount += literals;
  anchor = at + length;
  const entry = sequenceAt(count);
  store<u32>(entry, <u32>literalCount, LITERAL_END);
  store<u32>(entry, <u32>length, LENGTH);
  store<u32>(entry, offsetValue, OFFSET_VALUE);
  store<u32>(entry, <u32>(anchor - blockStart), END);
  store<u32>(
    codesAt(count),
    literalLengthCode(<u32>literals) | (highBit(offsetValue) << 8) | (matchLengthCode(<u32>(length - MIN_MATCH)) << 16),
  );
  count++;
  if (offsetValue > 3) {
    rep3 = rep2;
    rep2 = rep1;
    rep1 = offsetValue - 3;
    return;
  }
  const which = offsetValue - u32(literals != 0);
  if (which == 0) return;
  const offset = which == 1 ? rep2 : which == 2 ? rep3 : rep1 - 1;
  if (which != 1) rep3 = rep2;
  rep2 = rep1;
  rep1 = offset;
}

let patched: usize = 0;
let patchedLength: u32 = 0;
let patchedEnd: u32 = 0;
let patchedCodes: u32 = 0;
let cutSequences: usize = 0;
let cutLiterals: usize = 0;
let savedLiterals: u32 = 0;
let savedAt: usize = 0;

/**
 * Cuts the block after `bytes`: the match there is shortened, or becomes literals. `restore` undoes it. Nothing in
 * between but readers.
 */
export function cutAt(bytes: usize): void {
  let low: usize = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (<usize>endOf(middle) <= bytes) low = middle + 1;
    else high = middle;
  }
  cutSequences = low;
  patched = count;
  const before = bytesBefore(low);
  const literals = <usize>literalsBefore(low);
  const rest = bytes - before;
  if (low < count) {
    const own = <usize>literalLengthOf(low);
    if (rest >= own + MIN_MATCH) {
      const entry = sequenceAt(low);
      patched = low;
      patchedLength = load<u32>(entry, LENGTH);
      patchedEnd = load<u32>(entry, END);
      patchedCodes = load<u32>(codesAt(low));
      const length = <u32>(rest - own);
      store<u32>(entry, length, LENGTH);
      store<u32>(entry, <u32>bytes, END);
      store<u32>(codesAt(low), (patchedCodes & 0xffff) | (matchLengthCode(length - <u32>MIN_MATCH) << 16));
      cutSequences = low + 1;
      cutLiterals = literals + own;
      savedAt = LITERALS + cutLiterals;
      savedLiterals = load<u32>(savedAt);
      return;
    }
    // up to two literals of a match that is too short for one
    cutLiterals = literals + rest;
    const from = min(own, rest);
    savedAt = LITERALS + literals + from;
    savedLiterals = load<u32>(savedAt);
    for (let k = from; k < rest; k++) store<u8>(LITERALS + literals + k, load<u8>(blockStart + before + k));
    return;
  }
  cutLiterals = literals + rest;
  savedAt = LITERALS + cutLiterals;
  savedLiterals = load<u32>(savedAt);
  for (let k: usize = 0; k < rest; k += 16) v128.store(LITERALS + literals + k, v128.load(blockStart + before + k));
}

export function cutSequenceCount(): usize {
  return cutSequences;
}
export function cutLiteralCount(): usize {
  return cutLiterals;
}

export function restore(): void {
  store<u32>(savedAt, savedLiterals);
  if (patched == count) return;
  const entry = sequenceAt(patched);
  store<u32>(entry, patchedLength, LENGTH);
  store<u32>(entry, patchedEnd, END);
  store<u32>(codesAt(patched), patchedCodes);
}
