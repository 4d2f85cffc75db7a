// The hash tables are never cleared between clusters. They hold *virtual* positions: each cluster is given a stretch
// of its own in a 32-bit space, more than the farthest distance behind the stretch before it. So the one check a
// finder has to make anyway, that a candidate is near enough, also rejects whatever an earlier cluster left, and a
// cluster is encoded as if the tables were empty.

import { HASH_TABLE, TABLES_END, WINDOW_LOG } from "./memory-plan";

let next: u32 = 0;

/** Zeros stand for nothing: the first stretch starts out of their reach. */
function first(): u32 {
  return (1 << WINDOW_LOG) + 1;
}

/** Begins a cluster that looks at [start, end) at most. Returns virtual minus real position. */
export function beginStretch(start: usize, end: usize): u32 {
  if (next == 0) next = first();
  if (next > u32.MAX_VALUE - <u32>(end - start)) {
    memory.fill(HASH_TABLE, 0, TABLES_END - HASH_TABLE);
    next = first();
  }
  return next - <u32>start;
}

/** The cluster looked no farther than `end`. */
export function endStretch(start: usize, end: usize): void {
  const size = <u32>(end - start) + first();
  next = next > u32.MAX_VALUE - size ? u32.MAX_VALUE : next + size;
}
