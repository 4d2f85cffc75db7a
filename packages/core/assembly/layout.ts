// The memory plan: AssemblyScript's constants, the CRC tables, the decoders' tables, then the caller's bytes.

/** 16 tables of 256 u32, filled by the first call of crc32c. */
export const CRC_TABLES_SIZE: usize = 16 * 256 * 4;

/** Where the CRC tables are, on a cache line of their own. */
export function crcTables(): usize {
  return (__heap_base + 63) & ~63;
}

/**
 * What a decoder may take for its tables. All decoders have the same place: none of them keeps anything there
 * from one call to the next.
 */
export const DECODER_TABLES_SIZE: usize = 148 * 1024;

export function decoderTables(): usize {
  return crcTables() + CRC_TABLES_SIZE;
}

/** First byte that belongs to the caller. */
export function heapBase(): usize {
  return decoderTables() + DECODER_TABLES_SIZE;
}

/** Whether [start, start + length) lies inside the memory. */
export function isInMemory(start: usize, length: usize): bool {
  return <u64>start + <u64>length <= <u64>memory.size() << 16;
}

/** Whether [start, start + length) lies inside the memory, behind what is ours. */
export function isCallers(start: usize, length: usize): bool {
  return start >= heapBase() && isInMemory(start, length);
}
