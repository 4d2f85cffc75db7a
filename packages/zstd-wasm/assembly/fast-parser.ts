// The fast parser: takes the first match it meets. Looks up one place for each hash of eight bytes and one for each of
// five, or four; the matches of eight are preferred. The second table saves 3 % of the size for a tenth of the time.

import { commonLength } from "./common-length";
import { hash4, hash5, hash8, tableLogFor } from "./hash";
import { HASH_LOG, HASH_TABLE, LONG_TABLE } from "./memory-plan";
import { anchorAt, putSequence, repeated1, repeated2 } from "./sequence-store";

/** No match begins in the last bytes of a block: a place that is looked up is read eight bytes far. */
const TAIL: usize = 8;
/** After so many bytes (log2) without a match, each step is a byte longer. */
const STEP_LOG: usize = 7;

let bias: u32 = 0;
let clusterStart: usize = 0;
let blockEnd: usize = 0;
let position: usize = 0;
let maxDistance: u32 = 0;
let four = false;
let tableLog: u32 = 0;

/** A cluster of [start, end) begins; `short`: places are found by four bytes, not five. */
export function beginFast(start: usize, end: usize, virtualBias: u32, farthest: u32, short: bool): void {
  bias = virtualBias;
  clusterStart = start;
  maxDistance = farthest;
  four = short;
  tableLog = tableLogFor(end - start, HASH_LOG);
}

export function beginFastBlock(start: usize, end: usize): void {
  position = start;
  blockEnd = end;
}

// @ts-ignore: decorator
@inline
function shortEntry(bytes: u64, short: bool, log: u32): usize {
  return HASH_TABLE + ((short ? hash4(<u32>bytes, log) : hash5(bytes, log)) << 2);
}

// @ts-ignore: decorator
@inline
function longEntry(bytes: u64, log: u32): usize {
  return LONG_TABLE + (hash8(bytes, log) << 2);
}

// @ts-ignore: decorator
@inline
function enterShort(at: usize, short: bool, log: u32, toReal: u32): void {
  store<u32>(shortEntry(load<u64>(at), short, log), <u32>at + toReal);
}

// @ts-ignore: decorator
@inline
function enter(at: usize, short: bool, log: u32, toReal: u32): void {
  const bytes = load<u64>(at);
  store<u32>(shortEntry(bytes, short, log), <u32>at + toReal);
  store<u32>(longEntry(bytes, log), <u32>at + toReal);
}

/** Parses on until `target` is reached; returns where. */
export function parseFast(target: usize): usize {
  const short = four;
  const log = tableLog;
  const toReal = bias;
  const first = clusterStart;
  const end = blockEnd;
  const farthest = maxDistance;
  const lastPlace = end - TAIL;
  const stop = min(target, lastPlace);
  let at = position;
  let anchor = anchorAt();
  let rep1 = repeated1();
  while (at < stop) {
    const bytes = load<u64>(at);
    const here = <u32>at + toReal;
    const lowest = max(<u32>first + toReal, here > farthest ? here - farthest : 0);
    const shortSlot = shortEntry(bytes, short, log);
    const longSlot = longEntry(bytes, log);
    let candidate = load<u32>(shortSlot);
    let far = load<u32>(longSlot);
    store<u32>(shortSlot, here);
    store<u32>(longSlot, here);
    const next = at + 1;
    let start = at;
    let length: usize = 0;
    if (<usize>rep1 <= next - first && load<u32>(next) == load<u32>(next - rep1)) {
      start = next;
      length = 4 + commonLength(next + 4, next + 4 - rep1, end);
      putSequence(start, length, 1);
    } else {
      if (far >= lowest && load<u64>(<usize>(far - toReal)) == bytes) {
        candidate = far;
      } else if (candidate >= lowest && load<u32>(<usize>(candidate - toReal)) == <u32>bytes) {
        if (next < stop) {
          // a long match a place later is worth more than a short one here
          const nextBytes = load<u64>(next);
          const slot = longEntry(nextBytes, log);
          far = load<u32>(slot);
          store<u32>(slot, here + 1);
          if (far > lowest && load<u64>(<usize>(far - toReal)) == nextBytes) {
            candidate = far;
            start = next;
          }
        }
      } else {
        at += ((at - anchor) >> STEP_LOG) + 1;
        continue;
      }
      const distance = <u32>start + toReal - candidate;
      let match = <usize>(candidate - toReal);
      length = 4 + commonLength(start + 4, match + 4, end);
      while (start > anchor && match > first && load<u8>(start - 1) == load<u8>(match - 1)) {
        start--;
        match--;
        length++;
      }
      putSequence(start, length, distance == rep1 && start != anchor ? 1 : distance + 3);
    }
    const from = at;
    at = start + length;
    if (at < lastPlace) {
      // these four places save 1.5 % of the size
      enterShort(from + 1, short, log, toReal);
      enter(from + 2, short, log, toReal);
      enter(at - 2, short, log, toReal);
      enterShort(at - 1, short, log, toReal);
    }
    let rep2 = repeated2();
    while (at < stop && <usize>rep2 <= at - first && load<u32>(at) == load<u32>(at - rep2)) {
      length = 4 + commonLength(at + 4, at + 4 - rep2, end);
      putSequence(at, length, 1);
      enter(at, short, log, toReal);
      at += length;
      rep2 = repeated2();
    }
    rep1 = repeated1();
    anchor = at;
  }
  at = min(end, at);
  position = at;
  // nothing begins in the tail: it is parsed as soon as it is reached
  return at < lastPlace ? at : max(at, min(target, end));
}
