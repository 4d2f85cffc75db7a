// Finds matches by hash chains, for the lazy parser: the table leads to the last place with the same first bytes, links
// lead on to the places before.

import { commonLength } from "./common-length";
import { hash4, hash5, tableLogFor } from "./hash";
import { HASH_LOG, HASH_TABLE, LINKS, LINK_MASK } from "./memory-plan";

/** Bytes that are read at a place. */
const READ: usize = 8;

let bias: u32 = 0;
let nextPlace: usize = 0;
let placeEnd: usize = 0;
let firstPlace: usize = 0;
let attempts: u32 = 0;
let four = false;
let tableLog: u32 = 0;
let distance: u32 = 0;

/**
 * A cluster of [start, end) begins. At most `mostAttempts` candidates are looked at for one match; `short`: places are
 * chained by four bytes, not five.
 */
export function beginChains(start: usize, end: usize, virtualBias: u32, mostAttempts: u32, short: bool): void {
  bias = virtualBias;
  nextPlace = start;
  firstPlace = start;
  placeEnd = end - start >= READ ? end - READ + 1 : start;
  attempts = mostAttempts;
  four = short;
  tableLog = tableLogFor(end - start, HASH_LOG);
}

export function chainDistance(): u32 {
  return distance;
}

// @ts-ignore: decorator
@inline
function entryAt(at: usize, short: bool, log: u32): usize {
  return HASH_TABLE + ((short ? hash4(load<u32>(at), log) : hash5(load<u64>(at), log)) << 2);
}

/**
 * Length of the best match at `at`, if longer than `atLeast` (3 or more), no longer than up to `limit`; else 0. Each
 * call is for a place behind that of the call before.
 */
export function findChained(at: usize, atLeast: usize, limit: usize): usize {
  if (at >= placeEnd || at + atLeast >= limit) return 0;
  const mask = LINK_MASK;
  const links = LINKS;
  const toReal = bias;
  const first = <u32>firstPlace + toReal;
  const short = four;
  const log = tableLog;
  let candidate: u32 = 0;
  for (let place = nextPlace; place <= at; place++) {
    const entry = entryAt(place, short, log);
    const position = <u32>place + toReal;
    candidate = load<u32>(entry);
    store<u32>(links + (<usize>((position - first) & mask) << 2), candidate);
    store<u32>(entry, position);
  }
  nextPlace = at + 1;
  const here = <u32>at + toReal;
  const lowest = max(first, here > mask ? here - mask : 0);
  let best = atLeast;
  let tail = load<u32>(at + best - 3);
  let found: u32 = 0;
  for (let left = attempts; left != 0 && candidate >= lowest; left--) {
    const place = <usize>(candidate - toReal);
    if (load<u32>(place + best - 3) == tail) {
      const length = commonLength(at, place, limit);
      if (length > best) {
        best = length;
        found = candidate;
        if (at + length >= limit) break;
        tail = load<u32>(at + best - 3);
      }
    }
    candidate = load<u32>(links + (<usize>((candidate - first) & mask) << 2));
  }
  if (found == 0) return 0;
  distance = here - found;
  return best;
}
