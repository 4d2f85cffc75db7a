// MicroLZMA decoder: an LZMA stream without header and end marker, whose first byte is the complement of the
// properties (EROFS; liblzma's lzma_microlzma_decoder).
//
// Bits of trees are decoded without branches: which of the two they are is what the predictor of branches guesses
// worst. `mask` is all ones for a 1, and both successors' probabilities are loaded before the bit is known.
// The range coder's state has to stay in locals, which no function can hand back: hence the same few lines per place.
//
// Input is read without a look at its end: the last bytes are moved to where zeros follow, and the position is
// compared once per symbol. A symbol takes at most 20 bytes (22 modelled and 26 direct bits).

import { copyExactly, copyLoosely, repeatBytes } from "./copy";
import { CORRUPT, OVERLAP } from "./fault";
import { decoderTables, isCallers } from "./layout";

/** Bytes of input that one symbol may take, and a normalisation behind it. */
const SYMBOL_INPUT: usize = 24;
/** Below this, the range takes another byte of input. */
const TOP: u32 = 1 << 24;
/** log2 of probability 1, and how quickly probabilities follow. */
const MODEL_BITS = 11;
const MOVE_BITS = 5;
/** Half of 1, four times. */
const INITIAL: u64 = 0x0400_0400_0400_0400;
/** What is added to a probability before the shift that moves it up, as after a 0: rounds as `(2048 - p) >> 5` does. */
const UPWARDS: u32 = (1 << MOVE_BITS) - 1 - (1 << MODEL_BITS);

// Byte offsets of the probabilities, 16 bits each. States are 12, position states up to 16.
const IS_MATCH: usize = 0;
const IS_REP0_LONG: usize = IS_MATCH + 12 * 16 * 2;
const IS_REP: usize = IS_REP0_LONG + 12 * 16 * 2;
const IS_REP0: usize = IS_REP + 12 * 2;
const IS_REP1: usize = IS_REP0 + 12 * 2;
const IS_REP2: usize = IS_REP1 + 12 * 2;
/** By the length of the match, one of 4. */
const DISTANCE_SLOT: usize = IS_REP2 + 12 * 2;
/** 115, in the classic order: that of slot s and base b begins at b - s - 1. */
const DISTANCE_SPECIAL: usize = DISTANCE_SLOT + 4 * 64 * 2;
const DISTANCE_ALIGN: usize = DISTANCE_SPECIAL + 116 * 2;
const MATCH_LENGTH: usize = DISTANCE_ALIGN + 16 * 2;
// Within a length coder: two choices, 16 trees each of the low and the middle lengths, one of the high ones.
const CHOICE2: usize = 2;
const LOW_LENGTHS: usize = 4;
const MIDDLE_LENGTHS: usize = LOW_LENGTHS + 16 * 8 * 2;
const HIGH_LENGTHS: usize = MIDDLE_LENGTHS + 16 * 8 * 2;
const REP_LENGTH: usize = MATCH_LENGTH + HIGH_LENGTHS + 256 * 2;
const LITERALS: usize = REP_LENGTH + HIGH_LENGTHS + 256 * 2;
/** Bytes of the probabilities of one literal context; there are up to 16. */
const LITERAL_SIZE: usize = 0x300 * 2;
/** Where the last bytes of the input go. */
const TAIL: usize = LITERALS + 16 * LITERAL_SIZE;

/**
 * Decodes a whole stream: all of the input, exactly `dstLen` bytes out, the coder at rest; no match reaches farther back
 * than `dictSize`. Returns dstLen, CORRUPT or OVERLAP.
 */
export function lzmaDecode(src: usize, srcLen: usize, dst: usize, dstLen: usize, dictSize: usize): i32 {
  return decode(src, srcLen, dst, dstLen, dictSize, false);
}

/** Decodes until `dstLen` bytes are out, whatever is left of the input. Returns dstLen, CORRUPT or OVERLAP. */
export function lzmaDecodePartial(src: usize, srcLen: usize, dst: usize, dstLen: usize, dictSize: usize): i32 {
  return dstLen == 0 ? 0 : decode(src, srcLen, dst, dstLen, dictSize, true);
}

function decode(src: usize, srcLen: usize, dst: usize, dstLen: usize, dictSize: usize, partial: bool): i32 {
  if (<i32>dstLen < 0 || srcLen < 5 || !isCallers(src, srcLen) || !isCallers(dst, dstLen)) return CORRUPT;
  const dstEnd = dst + dstLen;
  if (src < dst && src + srcLen > dst && dstLen != 0) return OVERLAP;

  const properties: u32 = ~load<u8>(src) & 0xff;
  if (properties >= 9 * 5 * 5) return CORRUPT;
  const lc = properties % 9;
  const lp = (properties / 9) % 5;
  if (lc + lp > 4) return CORRUPT;
  const contextShift = 8 - lc;
  const literalMask = (1 << lp) - 1;
  const positionMask = (1 << (properties / 45)) - 1;

  const base = decoderTables();
  const literals = base + LITERALS;
  for (let p = base, end = literals + (LITERAL_SIZE << (lc + lp)); p < end; p += 16) v128.store(p, i64x2.splat(INITIAL));

  let range: u32 = 0xffffffff;
  let code: u32 = bswap<u32>(load<u32>(src, 1));
  let ip = src + 5;
  let inputEnd = src + srcLen;
  // From here on, the bytes that are left are moved to the tail; once they are there, input that passes its end.
  let inputLimit = inputEnd - SYMBOL_INPUT;
  let hasMoved = false;
  let op = dst;
  let state: usize = 0;
  let rep0: usize = 0;
  let rep1: usize = 0;
  let rep2: usize = 0;
  let rep3: usize = 0;
  let previous: u32 = 0;

  // Of the bit at hand.
  let probability: u32;
  let bound: u32;
  let mask: u32;
  let at: usize;

  while (op < dstEnd) {
    if (ip > inputLimit) {
      if (hasMoved) return CORRUPT;
      hasMoved = true;
      const rest = inputEnd - ip;
      ip = moveTail(ip, rest);
      inputEnd = ip + rest;
      inputLimit = inputEnd;
    }
    const position = op - dst;
    const positionState = <usize>(<u32>position & positionMask);

    at = base + IS_MATCH + (((state << 4) + positionState) << 1);
    if (range < TOP) {
      range <<= 8;
      code = (code << 8) | load<u8>(ip++);
    }
    probability = load<u16>(at);
    bound = (range >>> MODEL_BITS) * probability;
    if (code < bound) {
      range = bound;
      store<u16>(at, risen(probability));
      if (op == ip) return OVERLAP;
      const context = ((<u32>position & literalMask) << lc) + (previous >>> contextShift);
      const tree = literals + context * LITERAL_SIZE;
      let symbol: u32 = 1;
      if (state < 7) {
        probability = load<u16>(tree, 2);
        do {
          if (range < TOP) {
            range <<= 8;
            code = (code << 8) | load<u8>(ip++);
          }
          bound = (range >>> MODEL_BITS) * probability;
          const successors = load<u32>(tree + (symbol << 2));
          mask = 0 - u32(code >= bound);
          store<u16>(tree + (symbol << 1), moved(probability, mask));
          range = bound + ((range - bound - bound) & mask);
          code -= bound & mask;
          symbol = (symbol << 1) - mask;
          probability = (successors >>> (mask & 16)) & 0xffff;
        } while (symbol < 0x100);
        state = state < 4 ? 0 : state - 3;
      } else {
        // After a match, the byte at its distance is a good guess, as long as the bits agree.
        let guess: u32 = load<u8>(op - rep0 - 1);
        let half: u32 = 0x100;
        do {
          guess <<= 1;
          const guessed = guess & half;
          at = tree + ((half + guessed + symbol) << 1);
          if (range < TOP) {
            range <<= 8;
            code = (code << 8) | load<u8>(ip++);
          }
          probability = load<u16>(at);
          bound = (range >>> MODEL_BITS) * probability;
          mask = 0 - u32(code >= bound);
          store<u16>(at, moved(probability, mask));
          range = bound + ((range - bound - bound) & mask);
          code -= bound & mask;
          symbol = (symbol << 1) - mask;
          half &= ~(guessed ^ mask);
        } while (symbol < 0x100);
        state = state < 10 ? state - 3 : state - 6;
      }
      store<u8>(op++, symbol);
      previous = symbol & 0xff;
      continue;
    }
    range -= bound;
    code -= bound;
    store<u16>(at, fallen(probability));

    let lengths: usize;
    at = base + IS_REP + (state << 1);
    if (range < TOP) {
      range <<= 8;
      code = (code << 8) | load<u8>(ip++);
    }
    probability = load<u16>(at);
    bound = (range >>> MODEL_BITS) * probability;
    const isNew = code < bound;
    if (isNew) {
      range = bound;
      store<u16>(at, risen(probability));
      rep3 = rep2;
      rep2 = rep1;
      rep1 = rep0;
      lengths = base + MATCH_LENGTH;
      state = state < 7 ? 7 : 10;
    } else {
      range -= bound;
      code -= bound;
      store<u16>(at, fallen(probability));
      at = base + IS_REP0 + (state << 1);
      if (range < TOP) {
        range <<= 8;
        code = (code << 8) | load<u8>(ip++);
      }
      probability = load<u16>(at);
      bound = (range >>> MODEL_BITS) * probability;
      if (code < bound) {
        range = bound;
        store<u16>(at, risen(probability));
        at = base + IS_REP0_LONG + (((state << 4) + positionState) << 1);
        if (range < TOP) {
          range <<= 8;
          code = (code << 8) | load<u8>(ip++);
        }
        probability = load<u16>(at);
        bound = (range >>> MODEL_BITS) * probability;
        if (code < bound) {
          range = bound;
          store<u16>(at, risen(probability));
          if (rep0 >= position) return CORRUPT;
          if (op == ip) return OVERLAP;
          previous = load<u8>(op - rep0 - 1);
          store<u8>(op++, previous);
          state = state < 7 ? 9 : 11;
          continue;
        }
        range -= bound;
        code -= bound;
        store<u16>(at, fallen(probability));
      } else {
        range -= bound;
        code -= bound;
        store<u16>(at, fallen(probability));
        at = base + IS_REP1 + (state << 1);
        if (range < TOP) {
          range <<= 8;
          code = (code << 8) | load<u8>(ip++);
        }
        probability = load<u16>(at);
        bound = (range >>> MODEL_BITS) * probability;
        let distance = rep1;
        if (code < bound) {
          range = bound;
          store<u16>(at, risen(probability));
        } else {
          range -= bound;
          code -= bound;
          store<u16>(at, fallen(probability));
          at = base + IS_REP2 + (state << 1);
          if (range < TOP) {
            range <<= 8;
            code = (code << 8) | load<u8>(ip++);
          }
          probability = load<u16>(at);
          bound = (range >>> MODEL_BITS) * probability;
          distance = rep2;
          if (code < bound) {
            range = bound;
            store<u16>(at, risen(probability));
          } else {
            range -= bound;
            code -= bound;
            store<u16>(at, fallen(probability));
            distance = rep3;
            rep3 = rep2;
          }
          rep2 = rep1;
        }
        rep1 = rep0;
        rep0 = distance;
      }
      lengths = base + REP_LENGTH;
      state = state < 7 ? 8 : 11;
    }

    // The length: 3 bits of one of two trees, or 8 bits of the third. `length` starts as what is to be added to the
    // symbol, whose leading 1 is subtracted.
    let tree = lengths + LOW_LENGTHS + (positionState << 4);
    let size: u32 = 8;
    let length: usize = 2 - 8;
    at = lengths;
    if (range < TOP) {
      range <<= 8;
      code = (code << 8) | load<u8>(ip++);
    }
    probability = load<u16>(at);
    bound = (range >>> MODEL_BITS) * probability;
    if (code < bound) {
      range = bound;
      store<u16>(at, risen(probability));
    } else {
      range -= bound;
      code -= bound;
      store<u16>(at, fallen(probability));
      at = lengths + CHOICE2;
      if (range < TOP) {
        range <<= 8;
        code = (code << 8) | load<u8>(ip++);
      }
      probability = load<u16>(at);
      bound = (range >>> MODEL_BITS) * probability;
      if (code < bound) {
        range = bound;
        store<u16>(at, risen(probability));
        tree += MIDDLE_LENGTHS - LOW_LENGTHS;
        length = 10 - 8;
      } else {
        range -= bound;
        code -= bound;
        store<u16>(at, fallen(probability));
        tree = lengths + HIGH_LENGTHS;
        size = 256;
        length = 18 - 256;
      }
    }
    let symbol: u32 = 1;
    probability = load<u16>(tree, 2);
    do {
      if (range < TOP) {
        range <<= 8;
        code = (code << 8) | load<u8>(ip++);
      }
      bound = (range >>> MODEL_BITS) * probability;
      const successors = load<u32>(tree + (symbol << 2));
      mask = 0 - u32(code >= bound);
      store<u16>(tree + (symbol << 1), moved(probability, mask));
      range = bound + ((range - bound - bound) & mask);
      code -= bound & mask;
      symbol = (symbol << 1) - mask;
      probability = (successors >>> (mask & 16)) & 0xffff;
    } while (symbol < size);
    length += symbol;

    if (isNew) {
      tree = base + DISTANCE_SLOT + (min<usize>(length - 2, 3) << 7);
      symbol = 1;
      probability = load<u16>(tree, 2);
      do {
        if (range < TOP) {
          range <<= 8;
          code = (code << 8) | load<u8>(ip++);
        }
        bound = (range >>> MODEL_BITS) * probability;
        const successors = load<u32>(tree + (symbol << 2));
        mask = 0 - u32(code >= bound);
        store<u16>(tree + (symbol << 1), moved(probability, mask));
        range = bound + ((range - bound - bound) & mask);
        code -= bound & mask;
        symbol = (symbol << 1) - mask;
        probability = (successors >>> (mask & 16)) & 0xffff;
      } while (symbol < 64);
      const slot: u32 = symbol - 64;
      rep0 = slot;
      if (slot >= 4) {
        let count: u32 = (slot >>> 1) - 1;
        rep0 = 2 | (slot & 1);
        if (slot < 14) {
          rep0 <<= count;
          tree = base + DISTANCE_SPECIAL + ((rep0 - slot - 1) << 1);
        } else {
          count -= 4;
          do {
            if (range < TOP) {
              range <<= 8;
              code = (code << 8) | load<u8>(ip++);
            }
            range >>>= 1;
            mask = 0 - u32(code >= range);
            code -= range & mask;
            rep0 = (rep0 << 1) - mask;
          } while (--count != 0);
          rep0 <<= 4;
          tree = base + DISTANCE_ALIGN;
          count = 4;
        }
        // The bits from the lowest one up.
        symbol = 1;
        for (let weight: u32 = 1, end: u32 = 1 << count; weight != end; weight <<= 1) {
          at = tree + (symbol << 1);
          if (range < TOP) {
            range <<= 8;
            code = (code << 8) | load<u8>(ip++);
          }
          probability = load<u16>(at);
          bound = (range >>> MODEL_BITS) * probability;
          mask = 0 - u32(code >= bound);
          store<u16>(at, moved(probability, mask));
          range = bound + ((range - bound - bound) & mask);
          code -= bound & mask;
          symbol = (symbol << 1) - mask;
          rep0 += weight & mask;
        }
      }
    }

    // The end marker, distance 2^32 - 1, is one of those that reach too far.
    if (rep0 >= min(position, dictSize)) return CORRUPT;
    const offset = rep0 + 1;
    if (length + 32 <= min(dstEnd - op, ip - op)) {
      if (offset >= 16) copyLoosely(op, op - offset, length);
      else repeatBytes(op, offset, length, true);
    } else {
      if (length > dstEnd - op) {
        if (!partial) return CORRUPT;
        length = dstEnd - op;
      }
      if (length > ip - op) return OVERLAP;
      if (offset >= 16) copyExactly(op, op - offset, length);
      else repeatBytes(op, offset, length, false);
    }
    op += length;
    previous = load<u8>(op - 1);
  }

  if (range < TOP) code = (code << 8) | load<u8>(ip++);
  if (partial ? ip > inputEnd : ip != inputEnd || code != 0) return CORRUPT;
  return <i32>dstLen;
}

/** A probability after a 0. */
// @ts-ignore: decorator
@inline
function risen(probability: u32): u32 {
  return probability + (((1 << MODEL_BITS) - probability) >>> MOVE_BITS);
}

/** A probability after a 1. */
// @ts-ignore: decorator
@inline
function fallen(probability: u32): u32 {
  return probability - (probability >>> MOVE_BITS);
}

/** A probability after the bit of a mask. */
// @ts-ignore: decorator
@inline
function moved(probability: u32, mask: u32): u32 {
  return probability - (<i32>(probability + (UPWARDS & ~mask)) >> MOVE_BITS);
}

/** Copies the last bytes of the input to the tail, zeros behind them. Returns where they are. */
function moveTail(from: usize, length: usize): usize {
  const tail = decoderTables() + TAIL;
  memory.fill(tail, 0, 2 * SYMBOL_INPUT);
  memory.copy(tail, from, length);
  return tail;
}
