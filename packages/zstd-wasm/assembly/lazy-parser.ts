// The lazy parser: takes a match unless one a place or two later is worth more.

import { highBit } from "./codes";
import { commonLength } from "./common-length";
import { chainDistance, findChained } from "./hash-chain";
import { anchorAt, putSequence, repeated1, repeated2 } from "./sequence-store";

let clusterStart: usize = 0;
let blockEnd: usize = 0;
let position: usize = 0;
let maxDistance: u32 = 0;
/** Places that are looked ahead. */
let depth: u32 = 0;

export function beginLazy(start: usize, farthest: u32, lookAhead: u32): void {
  clusterStart = start;
  maxDistance = farthest;
  depth = lookAhead;
}

export function beginLazyBlock(start: usize, end: usize): void {
  position = start;
  blockEnd = end;
}

/** Length of a match with the repeated `offset` at `at`, 0 if shorter than 4. */
function repeatedLength(at: usize, offset: u32): usize {
  if (at + 4 > blockEnd || <usize>offset > at - clusterStart || offset > maxDistance) return 0;
  if (load<u32>(at) != load<u32>(at - offset)) return 0;
  return <usize>4 + commonLength(at + 4, at + 4 - offset, blockEnd);
}

/** Parses on until `target` is reached; returns where. */
export function parseLazy(target: usize): usize {
  let at = position;
  while (at < target) {
    let start = at;
    let length = findChained(at, 3, blockEnd);
    let offset: u32 = length == 0 ? 0 : chainDistance() + 3;
    const ahead = repeatedLength(at + 1, repeated1());
    if (ahead != 0) {
      const gain = <i32>(length * 4) - <i32>(offset == 0 ? 0 : highBit(offset));
      if (length == 0 || <i32>(ahead * 4) + 4 > gain) {
        start = at + 1;
        length = ahead;
        offset = 1;
      }
    }
    if (length == 0) {
      at += ((at - anchorAt()) >> 8) + 1;
      continue;
    }
    let looked = max(at, start);
    for (let k: u32 = 1; k <= depth; k++) {
      const place = looked + k;
      if (place + 4 >= blockEnd) break;
      const bonus: i32 = k == 1 ? 4 : 7;
      const gain = <i32>(length * 4) - <i32>highBit(offset) + bonus;
      const again = repeatedLength(place, repeated1());
      let improved = false;
      if (again != 0 && <i32>(again * 4) > gain - 3) {
        start = place;
        length = again;
        offset = 1;
        improved = true;
      }
      // shorter ones cannot be worth more
      const least = improved ? <i32>(length * 4) : gain;
      const other = findChained(place, <usize>(max(12, least) >> 2), blockEnd);
      if (other != 0) {
        const worth = <i32>(other * 4) - <i32>highBit(chainDistance() + 3);
        if (worth > least) {
          start = place;
          length = other;
          offset = chainDistance() + 3;
          improved = true;
        }
      }
      if (improved) {
        looked = place;
        k = 0;
      }
    }
    if (offset > 3) {
      const back = <usize>(offset - 3);
      const anchor = anchorAt();
      while (start > anchor && start - back > clusterStart && load<u8>(start - 1) == load<u8>(start - back - 1)) {
        start--;
        length++;
      }
    }
    putSequence(start, length, offset);
    at = start + length;
    while (true) {
      const again = repeatedLength(at, repeated2());
      if (again == 0) break;
      putSequence(at, again, 1);
      at += again;
    }
  }
  at = min(at, blockEnd);
  position = at;
  return at;
}
