// The hash table is never cleared between clusters. It holds *virtual* positions: each cluster is given a
// stretch of its own in a 32-bit space, more than MAX_DISTANCE behind the stretch before it. So the one check
// an encoder has to make anyway, that a candidate is near enough, also rejects whatever an earlier cluster
// left, and a cluster is encoded as if the table had been empty.

import { TABLE, TABLE_SIZE } from "./memory-plan";

export const MAX_DISTANCE: u32 = 65535;

/** The table's zeros stand for nothing: the first stretch starts out of their reach. */
const FIRST: u32 = MAX_DISTANCE + 1;

let next: u32 = FIRST;

/** Takes the stretch for a cluster that looks at bytes from `start` to `end`. Returns virtual minus real position. */
export function takeStretch(start: usize, end: usize): u32 {
  const size = <u32>(end - start) + MAX_DISTANCE + 1;
  if (next > u32.MAX_VALUE - size) {
    memory.fill(TABLE, 0, TABLE_SIZE);
    next = FIRST;
  }
  const bias = next - <u32>start;
  next += size;
  return bias;
}
