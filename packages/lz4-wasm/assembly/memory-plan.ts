// Where the search structures stand in the instance's memory. The module has no static data, so that all of
// the memory is free to be planned; the host puts the output and the input behind `PLAN_END`.

/** Hash table of virtual positions (see virtual-position.ts): u32, in the fast encoder u64 with the bytes found there. */
export const TABLE: usize = 0x1_0000;
export const TABLE_SIZE: usize = 0x2_0000;

/**
 * For each of the last 131072 places, the distance to the place before with the same hash, u16; 0: none.
 * Matches reach back 65535; the rest is for places that are entered ahead.
 */
export const CHAIN: usize = TABLE + TABLE_SIZE;
export const CHAIN_MASK: usize = 0x1_ffff;
export const CHAIN_SIZE: usize = (CHAIN_MASK + 1) * 2;

/** States of the optimal parse, 16 bytes each (see optimal-encoder.ts). */
export const STATES: usize = CHAIN + CHAIN_SIZE;
export const STATE_LIMIT: usize = 4096;
export const STATES_SIZE: usize = (STATE_LIMIT + 1) * 16;

/** Ends of the matches on the chosen way, last one first, u32. */
export const PATH: usize = STATES + STATES_SIZE;
export const PATH_SIZE: usize = (STATE_LIMIT / 4) * 4;

const PLAN_END: usize = (PATH + PATH_SIZE + 0xffff) & ~0xffff;

/** The first byte that is the host's. It leaves 64 bytes behind both output and input, read and written in vain. */
export function planEnd(): usize {
  return PLAN_END;
}
