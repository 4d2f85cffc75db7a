import { commonLength } from "./common-length";
import { MATCH_SIZE, putMatch } from "./match-list";

/**
 * Follows the chain of places with the hash of four bytes at `at`, from `candidate` on, and appends matches longer than
 * `best` (3 or more) to `list`. Returns its end. A link is the place before, u32; places are virtual positions.
 */
export function followChain(
  at: usize, position: u32, candidate: u32, lowest: u32, links: usize, ringMask: u32, attempts: u32,
  limit: usize, best: usize, list: usize,
): usize {
  const bias = position - <u32>at;
  let tail = load<u32>(at + best - 3);
  while (candidate >= lowest && attempts-- != 0) {
    const from = <usize>(candidate - bias);
    // the last byte of a longer match is the likeliest to differ
    if (load<u32>(from + best - 3) == tail && load<u32>(from) == load<u32>(at)) {
      const length = commonLength(at, from, 4, limit);
      if (length > best) {
        best = length;
        putMatch(list, length, position - candidate);
        list += MATCH_SIZE;
        if (length == limit) break;
        tail = load<u32>(at + best - 3);
      }
    }
    candidate = load<u32>(links + (<usize>(candidate & ringMask) << 2));
  }
  return list;
}
