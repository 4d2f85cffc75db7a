// Where everything stands in the instance's memory: tables of fixed size at fixed addresses, behind them what depends
// on the level and on the sizes of blocks and clusters. The host makes a memory of the size that `planMemory` answers.

/** Bytes below hold the module's constants. */
const PLAN_START: usize = 0x1_0000;

/** log2 of 1 to 2 in 1/256 bits, u16 x 256 (see cost.ts). */
export const LOG2: usize = PLAN_START;

/** Symbol counts: u32 x 256 for literals, u32 x 64 for each kind of sequence code. */
export const LITERAL_COUNTS: usize = LOG2 + 512;
export const CODE_COUNTS: usize = LITERAL_COUNTS + 1024;
export const COUNTS_SIZE: usize = 1024 + 3 * 256;

/** Two Huffman tables, the one in force and the one in the making: u32 x 256, code and length << 16. */
export const HUFFMAN_TABLES: usize = LITERAL_COUNTS + COUNTS_SIZE;
/** Scratch of the Huffman builder. */
export const HUFFMAN_SCRATCH: usize = HUFFMAN_TABLES + 2048;
export const HUFFMAN_SCRATCH_SIZE: usize = 8192;

/** FSE tables: 3 predefined, 3 of one run letter each, 2 x 3 in force and in the making, 1 for Huffman weights. */
export const FSE_SLOT_SIZE: usize = 1728;
export const FSE_SLOTS: usize = HUFFMAN_SCRATCH + HUFFMAN_SCRATCH_SIZE;
export const FSE_SLOT_COUNT: usize = 13;
/** Scratch of the FSE builder. */
export const FSE_SCRATCH: usize = FSE_SLOTS + FSE_SLOT_COUNT * FSE_SLOT_SIZE;

/** Prices of the optimal parser in 1/256 bits (see prices.ts). */
export const PRICES: usize = FSE_SCRATCH + 2048;
export const PRICES_SIZE: usize = 8192;

/** States of the optimal parser, 32 bytes each. */
export const STATES: usize = PRICES + PRICES_SIZE;
export const STATE_LIMIT: usize = 4096;
/** Ends of the matches on the chosen way, u32. */
export const PATH: usize = STATES + (STATE_LIMIT + 1) * 32;

/** Parts of a block that is to be split: their counts, and the way to split it. */
export const PARTS: usize = PATH + STATE_LIMIT * 4;
export const PART_LIMIT: usize = 32;
const PARTS_SIZE: usize = PART_LIMIT * COUNTS_SIZE + (PART_LIMIT + 1) * 16;

const FIXED_END: usize = (PARTS + PARTS_SIZE + 4095) & ~4095;

/** Sequences of the block, 16 bytes each, and their codes, 4 bytes each (see sequence-store.ts). */
export let SEQUENCES: usize = 0;
export let CODES: usize = 0;
/** Literals of the block. */
export let LITERALS: usize = 0;
/** Two places where a block is tried. */
export let TRIALS: usize = 0;
export let TRIAL_SIZE: usize = 0;
/** Search structures of the parsers: log2 of the entries of the hash table, where it is and where all of them end. */
export let HASH_LOG: u32 = 0;
export let HASH_TABLE: usize = 0;
export let TABLES_END: usize = 0;
/** The fast parser's table of long strings, with as many entries. */
export let LONG_TABLE: usize = 0;
export let HASH3_TABLE: usize = 0;
export let LINKS: usize = 0;
export let LINK_MASK: u32 = 0;
/** The block's matches: per place an index, u32, into pairs of length and distance, u32 each. */
export let MATCH_INDEX: usize = 0;
export let MATCHES: usize = 0;
export let MATCH_LIMIT: usize = 0;
export let WINDOW_LOG: u32 = 0;
export let BLOCK_MAX: usize = 0;

/** log2 of the entries of the hash table for matches of three bytes. */
export const HASH3_LOG: u32 = 15;
/** Room for matches per place of a block. Where there are more, the rest is done without. */
const MATCHES_PER_PLACE: usize = 6;

/** What a level's parser searches in. */
const FAST: u32 = 0;
const CHAINS: u32 = 1;
const TREES: u32 = 2;

/**
 * Plans for blocks of up to `blockMax` bytes, distances up to 1 << `windowLog` and hash tables of 1 << `hashLog`
 * entries, for a parser of the kind `search`. Returns the first address that is the host's.
 */
export function planMemory(blockMax: usize, windowLog: u32, hashLog: u32, search: u32): usize {
  BLOCK_MAX = blockMax;
  WINDOW_LOG = windowLog;
  HASH_LOG = hashLog;
  LINK_MASK = (1 << windowLog) - 1;
  const most = blockMax / 3 + 2;
  SEQUENCES = FIXED_END;
  CODES = SEQUENCES + most * 16;
  LITERALS = CODES + most * 4;
  TRIALS = LITERALS + blockMax + 64;
  // raw literals, and at most 80 bits for a sequence
  TRIAL_SIZE = blockMax + most * 10 + 1024;
  HASH_TABLE = (TRIALS + 2 * TRIAL_SIZE + 63) & ~63;
  const rest = HASH_TABLE + (4 << hashLog);
  LONG_TABLE = rest;
  HASH3_TABLE = rest;
  LINKS = search == FAST ? rest + (4 << hashLog) : search == CHAINS ? rest : rest + (4 << HASH3_LOG);
  TABLES_END = LINKS;
  MATCH_INDEX = LINKS + (8 << windowLog);
  MATCHES = MATCH_INDEX + (blockMax + 2) * 4;
  MATCH_LIMIT = MATCHES + blockMax * MATCHES_PER_PLACE * 8;
  return ((search == TREES ? MATCH_LIMIT : search == CHAINS ? LINKS + (4 << windowLog) : LINKS) + 0xffff) & ~0xffff;
}
