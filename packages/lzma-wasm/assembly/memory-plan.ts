// Where things stand in the instance's memory. The module has no static data. The tables whose size depends on the
// options (see match-finder.ts), the output and the input are behind `PLAN_END`, where the host puts them.

/** Prices of a bit by its probability / 16, u8, in sixteenths of a bit. */
export const BIT_PRICES: usize = 1024;

/** The last four distances, less one: u32. */
export const REPS: usize = BIT_PRICES + 128;
/** What the last symbols were, 0 to 11 (see states.ts): u32. */
export const STATE: usize = REPS + 16;

// The adaptive model: probabilities, u16, and the prices that follow from them, u16.
export const MODEL: usize = 2048;
/** [state][position state] */
export const IS_MATCH: usize = MODEL;
export const IS_REP0_LONG: usize = IS_MATCH + 12 * 16 * 2;
/** [state] */
export const IS_REP: usize = IS_REP0_LONG + 12 * 16 * 2;
export const IS_REP0: usize = IS_REP + 32;
export const IS_REP1: usize = IS_REP0 + 32;
export const IS_REP2: usize = IS_REP1 + 32;
/** Trees of 64 leaves, by the match's length. */
export const DISTANCE_SLOTS: usize = IS_REP2 + 32;
/** The trees of distances 4 to 127; that of slot s with the smallest distance b begins at b - s - 1. */
export const DISTANCE_SPECIAL: usize = DISTANCE_SLOTS + 4 * 128;
export const DISTANCE_ALIGN: usize = DISTANCE_SPECIAL + 256;

// Within a length coder:
export const CHOICE: usize = 0;
export const CHOICE2: usize = 2;
/** [position state] trees of 8 leaves */
export const LOW_LENGTHS: usize = 16;
export const MIDDLE_LENGTHS: usize = LOW_LENGTHS + 16 * 16;
/** A tree of 256 leaves. */
export const HIGH_LENGTHS: usize = MIDDLE_LENGTHS + 16 * 16;
/** [position state][length - 2] */
export const LENGTH_PRICES: usize = HIGH_LENGTHS + 512;
export const LENGTH_PRICES_SIZE: usize = 272 * 2;
/** [position state] u32: lengths to be coded before the prices are worked out anew. */
export const LENGTH_COUNTDOWNS: usize = LENGTH_PRICES + 16 * LENGTH_PRICES_SIZE;
const LENGTH_CODER_SIZE: usize = LENGTH_COUNTDOWNS + 64;

export const MATCH_LENGTHS: usize = DISTANCE_ALIGN + 32;
export const REP_LENGTHS: usize = MATCH_LENGTHS + LENGTH_CODER_SIZE;
/** By length, prices of the nodes of the tree of slots; those of the leaves are with all direct bits. */
export const SLOT_PRICES: usize = REP_LENGTHS + LENGTH_CODER_SIZE;
/** By length, prices of distances up to 127. */
export const DISTANCE_PRICES: usize = SLOT_PRICES + 4 * 256;
export const ALIGN_PRICES: usize = DISTANCE_PRICES + 4 * 256;
/** Trees for literals, one for each of up to 16 contexts. */
export const LITERALS: usize = ALIGN_PRICES + 32;
export const LITERAL_SIZE: usize = 0x300 * 2;
export const MODEL_END: usize = LITERALS + 16 * LITERAL_SIZE;

/** The model as it is when a cluster begins. */
export const FRESH_MODEL: usize = MODEL_END;

/** Nodes of the price tree at work. */
export const TREE_PRICES: usize = FRESH_MODEL + MODEL_END - MODEL;

/** Matches of one place: length and distance less one, u32 each, longer and longer ones. */
export const MATCHES: usize = TREE_PRICES + 512 * 2;

/** Nodes of the optimal parse (see optimal-node.ts). */
export const NODES: usize = (MATCHES + 274 * 8 + 15) & ~15;
export const NODE_LIMIT: usize = 4096;
export const NODE_SIZE: usize = 48;

/** Symbols chosen by a parse, written from the end down: length and back, u32 each. */
const SYMBOLS: usize = NODES + (NODE_LIMIT + 1) * NODE_SIZE;
export const SYMBOLS_END: usize = SYMBOLS + NODE_LIMIT * 8;

const PLAN_END: usize = (SYMBOLS_END + 0xffff) & ~0xffff;

/** The first byte that is the host's. It leaves 64 bytes behind both output and input, read and written in vain. */
export function planEnd(): usize {
  return PLAN_END;
}
