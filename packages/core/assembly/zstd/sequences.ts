// Decodes a block's sequences and carries them out as they come (RFC 8878, 3.1.1.3.2 and 3.1.1.4). Matches are
// copied from the output itself.

import { CORRUPT, OVERLAP } from "../fault";
import { copyExactly, copyLoosely, repeatBytes } from "../copy";
import { literalLengthTable, matchLengthTable, offsetTable, SLACK } from "./memory";
import { literals, literalsLength } from "./literals";
import { literalLengthLog, matchLengthLog, offsetLog, sequenceCount } from "./sequence-tables";

/** Where the output ends after `runSequences`. */
export let outputEnd: usize = 0;

let recent1: usize = 0;
let recent2: usize = 0;
let recent3: usize = 0;

/** The recent offsets that a frame starts with. */
export function resetOffsets(): void {
  recent1 = 1;
  recent2 = 4;
  recent3 = 8;
}

/** `width` bits (the low six bits of an entry) from the top of `bits`; none for a width of 0. */
// @ts-ignore: decorator
@inline function top(bits: u64, width: u64): u64 {
  return (bits >>> 1) >>> ~width;
}

/**
 * Decodes the bit stream [start, end) into [to, outEnd) and appends the literals that are left. What is written
 * must stay below `readEnd`, where the input still to be read begins (or outEnd). `first` is where all output
 * begins; no offset may be beyond `window`. Returns 0, CORRUPT or OVERLAP, or 1 when `partial` and the output is full.
 */
export function runSequences(
  start: usize, end: usize, to: usize, outEnd: usize, readEnd: usize, first: usize,
  window: usize, partial: bool,
): i32 {
  let literal = literals;
  const literalEnd = literal + literalsLength;
  const writeEnd = min(outEnd, readEnd);
  let count = sequenceCount;
  if (count == 0) {
    return start == end ? appendLiterals(to, literal, literalEnd, outEnd, writeEnd, partial) : CORRUPT;
  }
  if (start >= end || load<u8>(end - 1) == 0) return CORRUPT;

  // The place in the stream is how many bits are left, and 7: divided by 8, that is where to load the next ones
  // from, relative to `floor`. A place below 7 is damage. The first states, 26 bits at most, may lead there before
  // it is found: 12 bytes of the frame stand in front of any such stream.
  const floor = start - 8;
  let place = <i32>((end - start) << 3) + 30 - <i32>clz(<u32>load<u8>(end - 1));
  let bits = load<u64>(floor + (place >> 3)) << <u64>(~place & 7);
  const lengths = literalLengthTable();
  const matches = matchLengthTable();
  const offsets = offsetTable();
  let literalState = <usize>top(bits, literalLengthLog);
  bits <<= <u64>literalLengthLog;
  let offsetState = <usize>top(bits, offsetLog);
  bits <<= <u64>offsetLog;
  let matchState = <usize>top(bits, matchLengthLog);
  place -= literalLengthLog + offsetLog + matchLengthLog;
  let offset1 = recent1;
  let offset2 = recent2;
  let offset3 = recent3;
  const looseEnd = writeEnd - SLACK;

  while (true) {
    let offset: usize;
    let matchLength: usize;
    let literalLength: usize;
    while (true) {
      bits = load<u64>(floor + (place >> 3)) << <u64>(~place & 7);
      const literalEntry = load<u64>(lengths + (literalState << 3));
      const matchEntry = load<u64>(matches + (matchState << 3));
      const offsetEntry = load<u64>(offsets + (offsetState << 3));
      // Bits 0-7 and 8-15: how many bits the values take, and the states. No sum reaches 256. A load is sure to
      // have 57: values that take more have an offset longer than the longest output.
      const widths = literalEntry + matchEntry + offsetEntry;
      if (--count != 0) {
        let rest = bits << widths;
        // What 57 leave for the states' 26.
        if ((widths & 0xff) > 31) {
          const at = place - (<i32>widths & 0xff);
          if (at < 0 || (widths & 0xff) > 57) return CORRUPT;
          rest = load<u64>(floor + (at >> 3)) << <u64>(~at & 7);
        }
        const literalWidth = literalEntry >>> 8;
        const matchWidth = matchEntry >>> 8;
        literalState = (<usize>(literalEntry >>> 16) & 0xffff) + <usize>top(rest, literalWidth);
        rest <<= literalWidth;
        matchState = (<usize>(matchEntry >>> 16) & 0xffff) + <usize>top(rest, matchWidth);
        rest <<= matchWidth;
        offsetState = (<usize>(offsetEntry >>> 16) & 0xffff) + <usize>top(rest, offsetEntry >>> 8);
        place -= <i32>(widths >>> 8) & 0xff;
      } else if ((widths & 0xff) > 57) {
        return CORRUPT;
      }
      place -= <i32>widths & 0xff;
      if (place < 7) return CORRUPT;
      offset = <usize>(offsetEntry >>> 32) + <usize>top(bits, offsetEntry);
      bits <<= offsetEntry;
      matchLength = <usize>(matchEntry >>> 32) + <usize>top(bits, matchEntry);
      bits <<= matchEntry;
      literalLength = <usize>(literalEntry >>> 32) + <usize>top(bits, literalEntry);

      if ((offsetEntry & 0xfe) != 0) {
        offset3 = offset2;
        offset2 = offset1;
        offset1 = offset;
      } else {
        if (literalLength == 0) offset++;
        if (offset == 0) {
          offset = offset1;
        } else {
          const recent = offset;
          offset = recent == 1 ? offset2 : recent == 2 ? offset3 : offset1 - 1;
          if (recent != 1) offset3 = offset2;
          offset2 = offset1;
          offset1 = offset;
        }
      }

      if (literalLength > literalEnd - literal) return CORRUPT;
      if (<i32>(literalLength + matchLength) > <i32>(looseEnd - to)) break;
      v128.store(to, v128.load(literal));
      if (literalLength > 16) copyLoosely(to + 16, literal + 16, literalLength - 16);
      to += literalLength;
      literal += literalLength;
      // One comparison for two faults: offset 0 wraps.
      if (offset - 1 >= min(to - first, window)) return CORRUPT;
      if (offset >= 16) {
        const from = to - offset;
        v128.store(to, v128.load(from));
        if (matchLength > 16) copyLoosely(to + 16, from + 16, matchLength - 16);
      } else {
        repeatBytes(to, offset, matchLength, true);
      }
      to += matchLength;
      if (count == 0) {
        if (place != 7) return CORRUPT;
        recent1 = offset1;
        recent2 = offset2;
        recent3 = offset3;
        return appendLiterals(to, literal, literalEnd, outEnd, writeEnd, partial);
      }
    }

    // Near the end: nothing but the runs themselves may be written.
    if (literalLength > writeEnd - to) {
      if (writeEnd != outEnd) return OVERLAP;
      if (!partial) return CORRUPT;
      literalLength = outEnd - to;
    }
    copyExactly(to, literal, literalLength);
    to += literalLength;
    literal += literalLength;
    if (partial && to == outEnd) return 1;
    if (offset - 1 >= min(to - first, window)) return CORRUPT;
    if (matchLength > writeEnd - to) {
      if (writeEnd != outEnd) return OVERLAP;
      if (!partial) return CORRUPT;
      matchLength = outEnd - to;
    }
    if (offset >= 16) copyExactly(to, to - offset, matchLength);
    else repeatBytes(to, offset, matchLength, false);
    to += matchLength;
    if (partial && to == outEnd) return 1;
    if (count == 0) {
      if (place != 7) return CORRUPT;
      recent1 = offset1;
      recent2 = offset2;
      recent3 = offset3;
      return appendLiterals(to, literal, literalEnd, outEnd, writeEnd, partial);
    }
  }
}

/** Puts the literals that no sequence took at the end of the block's output. */
function appendLiterals(
  to: usize, literal: usize, literalEnd: usize, outEnd: usize, writeEnd: usize, partial: bool,
): i32 {
  let left = literalEnd - literal;
  if (left > writeEnd - to) {
    if (writeEnd != outEnd) return OVERLAP;
    if (!partial) return CORRUPT;
    left = outEnd - to;
  }
  copyExactly(to, literal, left);
  outputEnd = to + left;
  return partial && outputEnd == outEnd ? 1 : 0;
}
