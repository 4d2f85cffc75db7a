// The range encoder. Of `low`, 32 bits and a carry are at work; the byte that left it last waits in `cache`, and behind
// it `pending` bytes of 0xff, until it is known whether a carry goes through them.
//
// Normalised as soon as the range is small, so that the size of the stream is known at all times: a byte for each
// normalisation and five that end it. (A decoder must find the range coder at rest: kernels check that in EROFS.)

export const MODEL_BITS: u32 = 11;
export const PROBABILITY_ONE: u32 = 1 << MODEL_BITS;
const MOVE_BITS: u32 = 5;
/** Added before the shift that moves a probability up, as after a 0. */
const UPWARDS: u32 = (1 << MOVE_BITS) - 1 - PROBABILITY_ONE;
/** Below this, the range is shifted. */
const TOP: u32 = 1 << 24;
const CLOSING: usize = 5;

let low: u64 = 0;
let range: u32 = 0;
let cache: u32 = 0;
let pending: usize = 0;
let out: usize = 0;
let outStart: usize = 0;

let savedLow: u64 = 0;
let savedRange: u32 = 0;
let savedCache: u32 = 0;
let savedPending: usize = 0;
let savedOut: usize = 0;

export function startStream(at: usize): void {
  low = 0;
  range = u32.MAX_VALUE;
  cache = 0;
  pending = 0;
  out = at;
  outStart = at;
}

/** Bytes of the stream if it ended here. */
// @ts-ignore: decorator
@inline
export function streamSize(): usize {
  return out - outStart + pending + CLOSING;
}

export function endStream(): void {
  for (let count: usize = 0; count < CLOSING; count++) shiftLow();
}

/** Remembers the coder's state; what is written is never changed, so that this is all. */
export function saveStream(): void {
  savedLow = low;
  savedRange = range;
  savedCache = cache;
  savedPending = pending;
  savedOut = out;
}

/** Back to where `saveStream` was called. Probabilities stay moved: only the end of the stream may follow. */
export function restoreStream(): void {
  low = savedLow;
  range = savedRange;
  cache = savedCache;
  pending = savedPending;
  out = savedOut;
}

function shiftLow(): void {
  const carry = <u32>(low >> 32);
  if (<u32>low < 0xff00_0000 || carry != 0) {
    store<u8>(out++, cache + carry);
    for (; pending != 0; pending--) store<u8>(out++, 0xff + carry);
    cache = (<u32>low >> 24) & 0xff;
  } else {
    pending++;
  }
  low = <u64>(<u32>low << 8);
}

export function encodeBit(probability: usize, bit: u32): void {
  const likelihood = <u32>load<u16>(probability);
  const bound = (range >> MODEL_BITS) * likelihood;
  if (bit == 0) {
    range = bound;
    store<u16>(probability, likelihood + ((PROBABILITY_ONE - likelihood) >> MOVE_BITS));
  } else {
    low += bound;
    range -= bound;
    store<u16>(probability, likelihood - (likelihood >> MOVE_BITS));
  }
  if (range < TOP) {
    range <<= 8;
    shiftLow();
  }
}

/** A bit whose value cannot be guessed: no branch on it. */
// @ts-ignore: decorator
@inline
function encodeTreeBit(probability: usize, bit: u32): void {
  const mask = 0 - bit;
  const likelihood = <u32>load<u16>(probability);
  const bound = (range >> MODEL_BITS) * likelihood;
  store<u16>(probability, likelihood - (<i32>(likelihood + (UPWARDS & ~mask)) >> MOVE_BITS));
  low += bound & mask;
  let next = bound + ((range - bound - bound) & mask);
  if (next < TOP) {
    next <<= 8;
    shiftLow();
  }
  range = next;
}

/** A leaf of a tree, `bits` from the highest down. */
export function encodeTree(tree: usize, bits: u32, leaf: u32): void {
  let node: u32 = 1;
  do {
    const bit = (leaf >> --bits) & 1;
    encodeTreeBit(tree + (node << 1), bit);
    node = (node << 1) + bit;
  } while (bits != 0);
}

/** The same, bits from the lowest up. */
export function encodeReverseTree(tree: usize, bits: u32, leaf: u32): void {
  let node: u32 = 1;
  do {
    const bit = leaf & 1;
    leaf >>= 1;
    encodeTreeBit(tree + (node << 1), bit);
    node = (node << 1) + bit;
  } while (--bits != 0);
}

/** A byte whose tree has variants for each bit that a guess foretells, as long as the guess is right. */
export function encodeGuessed(tree: usize, byte: u32, guess: u32): void {
  let node: u32 = 1;
  let half: u32 = 0x100;
  for (let shift: i32 = 7; shift >= 0; shift--) {
    guess <<= 1;
    const foretold = guess & half;
    const bit = (byte >> shift) & 1;
    encodeTreeBit(tree + ((half + foretold + node) << 1), bit);
    node = (node << 1) + bit;
    half &= ~(foretold ^ (0 - bit));
  }
}

/** Bits that are not modelled. */
export function encodeDirect(value: u32, bits: u32): void {
  do {
    range >>= 1;
    low += range & (0 - ((value >> --bits) & 1));
    if (range < TOP) {
      range <<= 8;
      shiftLow();
    }
  } while (bits != 0);
}
