// The list of one place's matches: ascending lengths, each at the smallest distance found.

export const MATCH_SIZE: usize = 8;

// @ts-ignore: decorator
@inline
export function putMatch(match: usize, length: usize, offset: u32): void {
  store<u64>(match, <u64>length | (<u64>(offset - 1) << 32));
}

// @ts-ignore: decorator
@inline
export function matchLength(match: usize): usize {
  return load<u32>(match);
}

/** Less one. */
// @ts-ignore: decorator
@inline
export function matchDistance(match: usize): u32 {
  return load<u32>(match, 4);
}
