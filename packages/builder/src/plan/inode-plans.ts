import { DataLayout } from "@erofs/format";
import type { Settings } from "../options.ts";
import { hasWholeBlocks } from "../placement-options.ts";
import type { ChunkTables } from "./chunk-tables.ts";
import type { ChunkPlan } from "./chunks.ts";
import type { ExtentArena } from "./extent-arena.ts";
import type { PackedContent } from "./packed-content.ts";

/**
 * What every inode becomes, in columns by inode index. Forms and sizes are settled first, compressed files as
 * their data come in, places last.
 */
export interface InodePlans {
  /** 1 for the 64-byte form. */
  readonly extended: Uint8Array;
  /** A `DataLayout`. */
  readonly layouts: Uint8Array;
  /** All inode indexes in the order in which data are stored. */
  readonly order: Uint32Array;
  /** `i_size`. */
  readonly sizes: Float64Array;
  /** Bytes of the inode, its xattrs, and its chunk table or cluster index. */
  readonly bodySizes: Float64Array;
  /** Bytes of data behind the body, 0 for none. */
  readonly tailSizes: Uint32Array;
  /** First block of the data that is stored in blocks, `NULL_BLOCK` for none. */
  readonly startBlocks: Float64Array;
  /** Number of those blocks. */
  readonly blockCounts: Float64Array;
  /** Inodes with lower indexes are in the metabox: all but hidden ones, or none. */
  readonly metaboxCount: number;
  /** Byte offset in the image, or in the metabox. */
  readonly offsets: Float64Array;
  /** Compressed files: their first extent in `extents`, and how many. */
  readonly firstExtents: Uint32Array;
  readonly extentCounts: Uint32Array;
  readonly extents: ExtentArena;
  /** Compressed files that have encoded extents for an index: bytes of a record; else 0. */
  readonly recordSizes: Uint8Array;
  /** Compressed files whose clusters do not stand one behind the other, as a compact index has them. */
  readonly scattered: Set<number>;
  /** Sparse files, where no others are made of chunks. */
  readonly chunks: ReadonlyMap<number, ChunkPlan>;
  /** Files made of chunks as the settings ask for, in the order of their data, and their tables. */
  readonly chunkFiles: readonly number[];
  readonly chunkTables: ChunkTables | undefined;
  /** What stands in the packed inode, where there is one. */
  readonly packed: PackedContent | undefined;
  /** Regular files that go there as a whole. */
  readonly wholeFragments: readonly number[];
  /** Regular files to be compressed, whose layout is not settled yet. */
  readonly candidates: readonly number[];
  /** What is asked for an inode, then what was used: an index of `Settings.compressions` or a `Choice`. */
  readonly choices: Uint8Array;
}

/** Whether the last bytes of a file that is stored as it is may stand behind its inode. */
export function mayBeInline(size: number, { inlineData, placement, blockSize }: Settings): boolean {
  return inlineData && !hasWholeBlocks(placement, size, blockSize);
}

/** Stores an inode's content as it is: in blocks, and what is left over behind the inode if it fits there. */
export function planFlat(plans: InodePlans, index: number, inline: boolean, blockSize: number): void {
  const size = plans.sizes[index]!;
  const tail = size % blockSize;
  const isInline = inline && tail > 0 && plans.bodySizes[index]! + tail <= blockSize;
  plans.layouts[index] = isInline ? DataLayout.flatInline : DataLayout.flatPlain;
  plans.tailSizes[index] = isInline ? tail : 0;
  plans.blockCounts[index] = Math.floor(size / blockSize) + (tail > 0 && !isInline ? 1 : 0);
}
