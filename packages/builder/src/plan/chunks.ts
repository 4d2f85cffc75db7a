import { chunkEntrySize, NULL_BLOCK } from "@erofs/format";
import type { DataRange } from "@erofs/tree";

/** A sparse file as equally sized chunks, of which only those with data are stored. */
export interface ChunkPlan {
  /** A `ChunkFormat`. */
  readonly format: number;
  /** For each chunk its first block counted from the file's first stored one, or `NULL_BLOCK` for a hole. */
  readonly blocks: Uint32Array;
  /** Blocks stored in all. */
  readonly blockCount: number;
}

/** The chunk format has five bits for the chunk size. */
const maxChunkBlockBits = 31;

/**
 * Chunks for a file of `size` bytes with data only in `ranges`. Small chunks store less, large ones need a
 * shorter table; the size is chosen for which both together are smallest. `flags` are those of the `ChunkFormat`.
 */
export function planChunks(
  size: number,
  ranges: readonly DataRange[],
  blockSizeBits: number,
  flags = 0,
): ChunkPlan {
  let best = { bits: 0, cost: Infinity };
  for (let bits = 0; bits <= maxChunkBlockBits; bits++) {
    const chunkSize = 2 ** (blockSizeBits + bits);
    const cost =
      chunkEntrySize(flags) * Math.ceil(size / chunkSize) + storedChunks(size, ranges, chunkSize) * chunkSize;
    if (cost < best.cost) best = { bits, cost };
    if (chunkSize >= size) break;
  }
  const chunkSize = 2 ** (blockSizeBits + best.bits);
  const blocks = new Uint32Array(Math.ceil(size / chunkSize)).fill(NULL_BLOCK);
  let blockCount = 0;
  for (const { offset, size: length } of ranges) {
    const last = Math.floor((offset + length - 1) / chunkSize);
    for (let chunk = Math.floor(offset / chunkSize); chunk <= last; chunk++) {
      if (blocks[chunk] !== NULL_BLOCK) continue;
      blocks[chunk] = blockCount;
      blockCount += Math.ceil(Math.min(chunkSize, size - chunk * chunkSize) / 2 ** blockSizeBits);
    }
  }
  return { format: best.bits | flags, blocks, blockCount };
}

/** How many chunks the ranges touch. */
function storedChunks(size: number, ranges: readonly DataRange[], chunkSize: number): number {
  let count = 0;
  let next = 0; // first chunk that is not counted yet
  for (const { offset, size: length } of ranges) {
    const first = Math.max(next, Math.floor(offset / chunkSize));
    const end = Math.floor((Math.min(offset + length, size) - 1) / chunkSize) + 1;
    if (end > first) count += end - first;
    next = Math.max(next, end);
  }
  return count;
}

/**
 * Whether a file is better kept as chunks with holes than compressed or flat: most of it is holes. Compressing
 * a hole is cheap in bytes but takes an index entry a block, and reading it back takes decoding.
 */
export function isMostlyHoles(size: number, ranges: readonly DataRange[] | undefined): boolean {
  if (!ranges) return false;
  let data = 0;
  for (const range of ranges) data += range.size;
  return data <= size / 2;
}
