// LZ4's fast encoder: a greedy parse over one hash table, cut where the output is full.
//
// An entry of the table is a u64: the four bytes at a place above its virtual position. Of the entries of two places
// with the same four bytes, the difference is their distance; if the bytes differ, it is larger than any distance.
// One subtraction and one branch thus tell whether an entry is a match, without a look at the candidate, and
// neither stale nor far entries cost a misprediction of their own.

import {
  CLOSING_ROOM, LAST_LITERALS, LAST_MATCH_MARGIN, MIN_MATCH,
  commonLength, copyLiterals, extensionSize, literalsThatFit, matchThatFits, putExtension, putLastLiterals, putSequence,
} from "./block";
import { TABLE } from "./memory-plan";
import { setProduced } from "./result";
import { MAX_DISTANCE, takeStretch } from "./virtual-position";

/** One bit more costs some speed; each bit less makes images 1 to 2 % larger. */
const HASH_BITS: u64 = 14;
/** After 1 << 6 misses the search starts to take longer steps: data without matches is not worth the time. */
const SKIP_SHIFT: u32 = 6;

/** The table's slot for the five bytes at the low end of `bytes`. */
function slotOf(bytes: u64): usize {
  // multiplying the five bytes, shifted to the top, by a prime mixes them into the highest bits
  return <usize>(((bytes << 24) * 889523592379) >> (64 - HASH_BITS)) << 3;
}

function entryOf(bytes: u64, position: u32): u64 {
  return (bytes << 32) | <u64>position;
}

/** Encodes what fits `capacity` bytes at `dst`. Returns the bytes of [src, end) consumed. */
export function encodeFast(src: usize, end: usize, dst: usize, capacity: usize): usize {
  const dstEnd = dst + capacity;
  let out = dst;
  let anchor = src;
  if (end - src > LAST_MATCH_MARGIN) {
    const lastStart = end - LAST_MATCH_MARGIN;
    const matchLimit = end - LAST_LITERALS;
    const bias = takeStretch(src, end);
    const first = load<u64>(src);
    store<u64>(slotOf(first), entryOf(first, <u32>src + bias), TABLE);
    let at = src + 1;
    while (true) {
      // once the literals alone would fill the output, a match further on cannot be stored any more
      const stop = min(lastStart, anchor + (dstEnd - out));
      let distance: u64 = 0;
      let misses: u32 = 1 << SKIP_SHIFT;
      let found = false;
      // two places a turn: the engine pays for each turn of a loop
      while (true) {
        const step = misses >> SKIP_SHIFT;
        misses += 2;
        if (at + step > stop) break;
        let bytes = load<u64>(at);
        let slot = slotOf(bytes);
        let entry = entryOf(bytes, <u32>at + bias);
        distance = entry - load<u64>(slot, TABLE);
        store<u64>(slot, entry, TABLE);
        if (distance <= MAX_DISTANCE) {
          found = true;
          break;
        }
        at += step;
        bytes = load<u64>(at);
        slot = slotOf(bytes);
        entry = entryOf(bytes, <u32>at + bias);
        distance = entry - load<u64>(slot, TABLE);
        store<u64>(slot, entry, TABLE);
        if (distance <= MAX_DISTANCE) {
          found = true;
          break;
        }
        at += step;
      }
      if (!found) break;
      // what precedes may match too
      let candidate = at - <usize>distance;
      while (at > anchor && candidate > src && load<u8>(at - 1) == load<u8>(candidate - 1)) {
        at--;
        candidate--;
      }

      let full = false;
      do {
        candidate = at - <usize>distance;
        let length: usize = MIN_MATCH;
        const ahead = at + MIN_MATCH;
        if (ahead + 8 <= matchLimit) {
          const difference = load<u64>(ahead) ^ load<u64>(candidate + MIN_MATCH);
          length +=
            difference != 0
              ? <usize>(ctz(difference) >> 3)
              : 8 + commonLength(ahead + 8, candidate + MIN_MATCH + 8, matchLimit);
        } else {
          length += commonLength(ahead, candidate + MIN_MATCH, matchLimit);
        }
        const literals = at - anchor;
        // one bound for the whole sequence; nearer to the output's end the exact one
        if (out + literals + ((literals + length) >> 7) + 5 + CLOSING_ROOM > dstEnd) {
          const room = dstEnd - out;
          const spent = literals + extensionSize(literals);
          const kept: usize = spent > room ? 0 : matchThatFits(length, room - spent);
          if (kept != 0) {
            out = putSequence(out, anchor, literals, <usize>distance, kept);
            anchor = at + kept;
          }
          if (kept < length) {
            full = true;
            break;
          }
        } else {
          const tokenAt = out;
          const rest = length - MIN_MATCH;
          let token: u32;
          if (literals < 15) {
            v128.store(out + 1, v128.load(anchor));
            token = <u32>literals << 4;
            out += literals + 1;
          } else {
            token = 15 << 4;
            out = putExtension(out + 1, literals - 15);
            copyLiterals(out, anchor, literals);
            out += literals;
          }
          store<u16>(out, <u16>distance);
          out += 2;
          if (rest < 15) {
            store<u8>(tokenAt, <u8>(token + rest));
          } else {
            store<u8>(tokenAt, <u8>(token + 15));
            out = putExtension(out, rest - 15);
          }
          anchor = at + length;
        }
        at = anchor;
        if (at > lastStart) {
          full = true;
          break;
        }
        const passed = load<u64>(at - 2);
        store<u64>(slotOf(passed), entryOf(passed, <u32>at - 2 + bias), TABLE);
        const bytes = load<u64>(at);
        const slot = slotOf(bytes);
        const entry = entryOf(bytes, <u32>at + bias);
        distance = entry - load<u64>(slot, TABLE);
        store<u64>(slot, entry, TABLE);
      } while (distance <= MAX_DISTANCE);
      if (full) break;
      at++;
    }
  }
  const count = min(end - anchor, literalsThatFit(dstEnd - out));
  if (count != 0) out = putLastLiterals(out, anchor, count);
  setProduced(out - dst);
  return anchor + count - src;
}
