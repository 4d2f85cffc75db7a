// LZ4's fast encoder: a greedy parse over one hash table, cut where the output is full.

import {
  CLOSING_ROOM, LAST_LITERALS, LAST_MATCH_MARGIN, MIN_MATCH,
  commonLength, copyLiterals, extensionSize, literalsThatFit, matchThatFits, putExtension, putLastLiterals, putSequence,
} from "./block";
import { TABLE } from "./memory-plan";
import { MAX_DISTANCE, takeStretch } from "./virtual-position";
import { setProduced } from "./result";

const HASH_BITS: u64 = 14;
/** Misses after which the search starts to take longer steps: 1 << 6, as data without matches is not worth the time. */
const SKIP_SHIFT: u32 = 6;

/** Of the table's entry for the 5 bytes at the low end of `bytes`. */
function entryOf(bytes: u64): usize {
  // multiplying the five bytes, shifted to the top, by a prime mixes them into the highest bits
  return <usize>(((bytes << 24) * 889523592379) >> (64 - HASH_BITS)) << 2;
}

/**
 * Whether the four bytes `distance` before `at` are the same, and near enough. One branch for both: how old an
 * entry is cannot be predicted. What is too far is looked up elsewhere, in vain.
 */
function isMatch(at: usize, bytes: u32, distance: u32): bool {
  return ((load<u32>(at - (distance & MAX_DISTANCE)) ^ bytes) | (distance >> 16)) == 0;
}

/** Encodes what fits `capacity` bytes at `dst`. Returns the bytes of [src, end) consumed. */
export function encodeFast(src: usize, end: usize, dst: usize, capacity: usize): usize {
  const dstEnd = dst + capacity;
  let out = dst;
  let anchor = src;
  let kept: usize = 0;
  if (end - src > LAST_MATCH_MARGIN) {
    const lastStart = end - LAST_MATCH_MARGIN;
    const matchLimit = end - LAST_LITERALS;
    const bias = takeStretch(src, end);
    let at = src;
    store<u32>(entryOf(load<u64>(at)), <u32>at + bias, TABLE);
    at++;
    while (true) {
      // once the literals alone would fill the output, a match further on cannot be stored any more
      const stop = min(lastStart, anchor + (dstEnd - out));
      let distance: u32 = 0;
      let misses: u32 = 1 << SKIP_SHIFT;
      let found = false;
      // two places a turn: the engine pays for each turn of a loop
      while (true) {
        const step = misses >> SKIP_SHIFT;
        misses += 2;
        if (at + step > stop) break;
        let bytes = load<u64>(at);
        let entry = entryOf(bytes);
        let position = <u32>at + bias;
        distance = position - load<u32>(entry, TABLE);
        store<u32>(entry, position, TABLE);
        if (isMatch(at, <u32>bytes, distance)) {
          found = true;
          break;
        }
        at += step;
        bytes = load<u64>(at);
        entry = entryOf(bytes);
        position = <u32>at + bias;
        distance = position - load<u32>(entry, TABLE);
        store<u32>(entry, position, TABLE);
        if (isMatch(at, <u32>bytes, distance)) {
          found = true;
          break;
        }
        at += step;
      }
      if (!found) break;
      // what precedes may match too
      while (at > anchor && at - distance > src && load<u8>(at - 1, 0) == load<u8>(at - distance - 1, 0)) at--;

      let full = false;
      do {
        let length: usize = MIN_MATCH;
        let ahead = at + MIN_MATCH;
        if (ahead + 8 <= matchLimit) {
          const difference = load<u64>(ahead) ^ load<u64>(ahead - distance);
          length += difference != 0 ? <usize>(ctz(difference) >> 3) : 8 + commonLength(ahead + 8, ahead + 8 - distance, matchLimit);
        } else {
          length += commonLength(ahead, ahead - distance, matchLimit);
        }
        const literals = at - anchor;
        // one bound for the whole sequence; nearer to the end the exact one
        if (out + literals + ((literals + length) >> 7) + 5 + CLOSING_ROOM > dstEnd) {
          const room = dstEnd - out;
          const spent = literals + extensionSize(literals);
          kept = spent > room ? 0 : matchThatFits(length, room - spent);
          if (kept != 0) {
            out = putSequence(out, anchor, literals, distance, kept);
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
        store<u32>(entryOf(load<u64>(at - 2)), <u32>at - 2 + bias, TABLE);
        const bytes = load<u64>(at);
        const entry = entryOf(bytes);
        const position = <u32>at + bias;
        distance = position - load<u32>(entry, TABLE);
        store<u32>(entry, position, TABLE);
        found = isMatch(at, <u32>bytes, distance);
      } while (found);
      if (full) break;
      at++;
    }
  }
  const count = min(end - anchor, literalsThatFit(dstEnd - out));
  if (count != 0 || anchor != src) out = putLastLiterals(out, anchor, count);
  setProduced(out - dst);
  return anchor + count - src;
}
