import { commonLength } from "./common-length";
import { MATCH_SIZE, putMatch } from "./match-list";

/**
 * Makes `at` the root of the tree of places with its hash, whose root so far is `candidate`, and appends matches longer
 * than `best` to `list` on the way down. Returns the list's end.
 *
 * A node is two links, u32: to places whose bytes are lower, and higher. Every place below another is older. On the way
 * down the tree is split in those lower and those higher than `at`; the two links that wait for the next of either kind
 * start as the node's own.
 */
export function walkTree(
  at: usize, position: u32, candidate: u32, lowest: u32, links: usize, ringMask: u32, attempts: u32,
  limit: usize, best: usize, list: usize,
): usize {
  const bias = position - <u32>at;
  let lower = links + (<usize>(position & ringMask) << 3);
  let higher = lower + 4;
  // bytes that `at` shares with all that is still below on either side
  let lowerLength: usize = 0;
  let higherLength: usize = 0;
  while (candidate >= lowest && attempts-- != 0) {
    const node = links + (<usize>(candidate & ringMask) << 3);
    const from = <usize>(candidate - bias);
    let length = min(lowerLength, higherLength);
    let byte = <u32>load<u8>(from + length);
    let own = <u32>load<u8>(at + length);
    if (byte == own) {
      length = commonLength(at, from, length + 1, limit);
      if (length > best) {
        best = length;
        putMatch(list, length, position - candidate);
        list += MATCH_SIZE;
      }
      if (length == limit) {
        store<u32>(lower, load<u32>(node));
        store<u32>(higher, load<u32>(node, 4));
        return list;
      }
      byte = load<u8>(from + length);
      own = load<u8>(at + length);
    }
    if (byte < own) {
      store<u32>(lower, candidate);
      lower = node + 4;
      candidate = load<u32>(lower);
      lowerLength = length;
    } else {
      store<u32>(higher, candidate);
      higher = node;
      candidate = load<u32>(higher);
      higherLength = length;
    }
  }
  store<u32>(lower, 0);
  store<u32>(higher, 0);
  return list;
}
