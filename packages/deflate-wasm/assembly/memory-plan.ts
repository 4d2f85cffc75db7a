// Where tables and states stand in the instance's memory. The module has no static data, so that all of the
// memory is free to be planned; the host puts the output and the input behind `planEnd()`.

/** Per hash of four, and of three bytes, the virtual position (see match-finder.ts) of the last place with it: u32. */
export const HASH_BITS: u32 = 15;
export const HEADS4: usize = 0x1_0000;
export const HEADS3: usize = HEADS4 + (1 << HASH_BITS) * 4;
export const HEADS_SIZE: usize = (1 << HASH_BITS) * 8;

/** For each of the last 65536 places the way to the one before with the same four bytes, u16, and three bytes, u16. */
export const LINKS: usize = HEADS4 + HEADS_SIZE;
export const LINK_MASK: usize = 0xffff;
export const LINKS_SIZE: usize = (LINK_MASK + 1) * 4;

/** Parsed symbols (see symbols.ts), u32, that are not written yet; the parser may go on a little beyond. */
export const SYMBOLS: usize = LINKS + LINKS_SIZE;
export const SYMBOL_LIMIT: usize = 48 * 1024;
export const SYMBOL_SLACK: usize = 4096;

/** Symbols are counted by segments, the grain of block splitting. */
export const SEGMENT_LENGTH: usize = 256;
export const SEGMENT_LIMIT: usize = (SYMBOL_LIMIT + SYMBOL_SLACK) / SEGMENT_LENGTH + 1;

/**
 * A histogram is u16 counts: 288 of the literal/length alphabet, then 32 of distances, where the one at
 * NO_DISTANCE counts the literals in vain.
 */
export const HISTOGRAM_SIZE: usize = 320 * 2;
/** Of each segment. */
export const SEGMENT_COUNTS: usize = SYMBOLS + (SYMBOL_LIMIT + SYMBOL_SLACK) * 4;
/** Of each block, while segments are joined to blocks; the one after them is scratch. */
export const BLOCK_COUNTS: usize = SEGMENT_COUNTS + SEGMENT_LIMIT * HISTOGRAM_SIZE;
/** Of the block that is cut. */
export const CUT_COUNTS: usize = BLOCK_COUNTS + (SEGMENT_LIMIT + 1) * HISTOGRAM_SIZE;
/** An empty one. */
export const NO_COUNTS: usize = CUT_COUNTS + HISTOGRAM_SIZE;

/** Of each segment the bytes it stands for, u32. */
export const SEGMENT_BYTES: usize = NO_COUNTS + HISTOGRAM_SIZE;
/** Of each block that begins with a segment: see block-splitter.ts, 16 bytes. */
export const BLOCKS: usize = SEGMENT_BYTES + (SEGMENT_LIMIT + 1) * 4;

/** Code lengths of the block at hand as a histogram is laid out, u8; one more set is scratch. */
export const LENGTHS: usize = BLOCKS + (SEGMENT_LIMIT + 1) * 16;
/** The same with extra bits: what a symbol costs; NO_CODE: it cannot be written. */
export const COSTS: usize = LENGTHS + 320;
/** Codes, bits reversed, u16, as a histogram is laid out. */
export const CODES: usize = COSTS + 320;

/** The code lengths as run lengths: u8 symbol, u8 extra. */
export const HEADER: usize = CODES + 640;
export const HEADER_COUNTS: usize = HEADER + 2 * 320;
export const HEADER_LENGTHS: usize = HEADER_COUNTS + 20 * 2;
export const HEADER_CODES: usize = HEADER_LENGTHS + 24;

/** For building Huffman codes: sorted leaves u32, nodes u32, buckets u16. */
export const LEAVES: usize = (HEADER_CODES + 20 * 2 + 15) & ~15;
export const NODES: usize = LEAVES + 288 * 4;
export const BUCKETS: usize = NODES + 288 * 4;
export const BUCKET_COUNT: usize = 512;

/** u32 of a length: its symbol and extra bits, as symbols.ts packs them. */
export const LENGTH_SYMBOLS: usize = BUCKETS + BUCKET_COUNT * 2;
/** u16 of a symbol: the least length it stands for. */
export const BASES: usize = LENGTH_SYMBOLS + 260 * 4;
/** u8 as a histogram is laid out: extra bits. */
export const EXTRA_BITS: usize = BASES + 288 * 2;
/** u8 as a histogram is laid out: code lengths of fixed blocks. */
export const FIXED_LENGTHS: usize = EXTRA_BITS + 320;
/** u32 n * log2(n) in 1/256 bits for n below 1024. */
export const ENTROPY: usize = FIXED_LENGTHS + 320;
export const ENTROPY_COUNT: u32 = 1024;

/** The levels that parse by dynamic programming need the rest; the others end here. */
const PLAN_END: usize = (ENTROPY + ENTROPY_COUNT * 4 + 0xffff) & ~0xffff;

/** Bytes that are parsed at once. */
export const STRETCH_LIMIT: usize = 128 * 1024;
/** u32 of a place: the cost from there to the end of the stretch. A match may look beyond. */
export const PLACE_COSTS: usize = PLAN_END;
/** u16 of a place: the length of the step from there; 1: a literal. */
export const PLACE_STEPS: usize = PLACE_COSTS + (STRETCH_LIMIT + 272) * 4;
/** u32 of a place: where its matches begin; the next place's is where they end. */
export const PLACE_MATCHES: usize = PLACE_STEPS + STRETCH_LIMIT * 2;
/** u32 of a match (see match-finder.ts). Those of a place are ever longer and, as a rule, farther. */
export const MATCHES: usize = PLACE_MATCHES + (STRETCH_LIMIT + 16) * 4;
export const MATCHES_END: usize = MATCHES + (4 << 20);
/** u32 of a byte, of a length, and of a distance symbol: costs in 1/256 bits. */
export const BYTE_COSTS: usize = MATCHES_END;
export const LENGTH_COSTS: usize = BYTE_COSTS + 256 * 4;
export const DISTANCE_COSTS: usize = LENGTH_COSTS + 264 * 4;
/** u16 of a length: the longest one with the same symbol. */
export const SYMBOL_ENDS: usize = DISTANCE_COSTS + 32 * 4;
/** u32: eight zeros and eight of all ones. Eight from somewhere in it on are a mask of lanes. */
export const LANE_MASKS: usize = (SYMBOL_ENDS + 260 * 2 + 15) & ~15;
/** The first segment of each block, u32. */
export const REGIONS: usize = LANE_MASKS + 16 * 4;

const OPTIMAL_PLAN_END: usize = (REGIONS + (SEGMENT_LIMIT + 8) * 4 + 0xffff) & ~0xffff;

/** The first byte that is the host's. It leaves 64 bytes behind both output and input, read and written in vain. */
export function planEnd(optimal: bool): usize {
  return optimal ? OPTIMAL_PLAN_END : PLAN_END;
}
