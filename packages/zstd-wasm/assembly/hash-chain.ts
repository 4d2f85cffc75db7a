// Finds matches by hash chains, for the lazy parser: the table leads to the last place with the same four bytes,
// links lead on to the places before.

import { commonLength } from "./common-length";
import { HASH_LOG, HASH_TABLE, LINKS, LINK_MASK } from "./memory-plan";

let bias: u32 = 0;
let nextPlace: usize = 0;
let placeEnd: usize = 0;
let firstPlace: usize = 0;
let attempts: u32 = 0;
let distance: u32 = 0;

/** A cluster of [start, end) begins. At most `mostAttempts` candidates are looked at for one match. */
export function beginChains(start: usize, end: usize, virtualBias: u32, mostAttempts: u32): void {
  bias = virtualBias;
  nextPlace = start;
  firstPlace = start;
  placeEnd = end - start >= 8 ? end - 7 : start;
  attempts = mostAttempts;
}

export function chainDistance(): u32 {
  return distance;
}

function enterUpTo(at: usize): void {
  const shift = 32 - HASH_LOG;
  const table = HASH_TABLE;
  const links = LINKS;
  const mask = LINK_MASK;
  const end = min(at + 1, placeEnd);
  let place = nextPlace;
  for (; place < end; place++) {
    const entry = table + (<usize>((load<u32>(place) * 2654435761) >> shift) << 2);
    const position = <u32>place + bias;
    store<u32>(links + (<usize>(position & mask) << 2), load<u32>(entry));
    store<u32>(entry, position);
  }
  nextPlace = max(place, nextPlace);
}

/** Length of the best match at `at`, if longer than `atLeast` (3 or more), no longer than up to `limit`; else 0. */
export function findChained(at: usize, atLeast: usize, limit: usize): usize {
  if (at >= placeEnd || at + atLeast >= limit) return 0;
  enterUpTo(at);
  const mask = LINK_MASK;
  const links = LINKS;
  const toReal = bias;
  const here = <u32>at + toReal;
  const lowest = max(<u32>firstPlace + toReal, here > mask ? here - mask : 0);
  const bytes = load<u32>(at);
  let best = atLeast;
  let tail = load<u32>(at + best - 3);
  let candidate = load<u32>(links + (<usize>(here & mask) << 2));
  let found: u32 = 0;
  for (let left = attempts; left != 0; left--) {
    if (candidate < lowest || candidate >= here) break;
    const place = <usize>(candidate - toReal);
    if (load<u32>(place + best - 3) == tail && load<u32>(place) == bytes) {
      const length: usize = 4 + commonLength(at + 4, place + 4, limit);
      if (length > best) {
        best = length;
        found = candidate;
        if (at + length >= limit) break;
        tail = load<u32>(at + best - 3);
      }
    }
    candidate = load<u32>(links + (<usize>(candidate & mask) << 2));
  }
  if (found == 0) return 0;
  distance = here - found;
  return best;
}
