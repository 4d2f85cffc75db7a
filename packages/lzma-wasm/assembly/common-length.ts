/**
 * Length of the common run at `a` and `b`, known to be at least `length` and counted up to `limit`. Reads up to 7 bytes
 * beyond.
 */
// @ts-ignore: decorator
@inline
export function commonLength(a: usize, b: usize, length: usize, limit: usize): usize {
  while (length < limit) {
    const difference = load<u64>(a + length) ^ load<u64>(b + length);
    if (difference != 0) {
      length += <usize>(ctz(difference) >> 3);
      break;
    }
    length += 8;
  }
  return min(length, limit);
}
