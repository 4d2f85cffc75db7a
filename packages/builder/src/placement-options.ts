import { BuildError } from "@erofs/format";

/** See `PlacementOptions.dataAlignment`. */
export interface DataAlignment {
  /** Bytes, a multiple of the block size. */
  readonly size: number;
  /** Files of fewer bytes are not aligned. Default: `size`. */
  readonly from?: number | undefined;
}

/** How blocks are counted, and which ones data go to. */
export interface PlacementOptions {
  /**
   * Where the data of large files begin that are stored as they are: with a size of 2 MiB they can be mapped by huge pages,
   * and read by direct I/O or DAX. Files of at least the size have all of their data in blocks then. Default: anywhere.
   */
  readonly dataAlignment?: DataAlignment | undefined;
  /** The image takes a multiple of so many blocks. Default 1. */
  readonly imageAlignment?: number | undefined;
  /**
   * `48bit`: as Linux reads from 6.15 on, clusters are told by encoded extents where that is shorter, and inodes of any
   * time can take 32 bytes. `auto`, the default: block numbers above 32 bits are used by images that need them.
   */
  readonly addressing?: "auto" | "48bit" | undefined;
}

export interface PlacementSettings {
  /** Blocks to whose multiples data are aligned, of files of at least `alignFrom` bytes; 1: not at all. */
  readonly alignBlocks: number;
  readonly alignFrom: number;
  readonly imageBlocks: number;
  readonly bit48: boolean;
}

const MAX_BLOCKS = 2 ** 40;

/** Throws `BuildError` EINVAL that names the option. */
export function settlePlacement(options: PlacementOptions, blockSize: number): PlacementSettings {
  const { dataAlignment: { size, from = size } = { size: blockSize }, imageAlignment = 1 } = options;
  const alignBlocks = size / blockSize;
  if (!isCount(alignBlocks)) {
    throw new BuildError(`data alignment ${size}: expected a multiple of the block size ${blockSize}`);
  }
  if (!(Number.isSafeInteger(from) && from >= 0)) {
    throw new BuildError(`data alignment of files from ${from} bytes on: expected a whole number from 0`);
  }
  if (!isCount(imageAlignment)) {
    throw new BuildError(`image alignment ${imageAlignment}: expected a whole number of blocks from 1`);
  }
  return {
    alignBlocks,
    alignFrom: from,
    imageBlocks: imageAlignment,
    bit48: options.addressing === "48bit",
  };
}

function isCount(blocks: number): boolean {
  return Number.isInteger(blocks) && blocks >= 1 && blocks <= MAX_BLOCKS;
}

/** Whether the data of a file of `size` bytes are aligned and have whole blocks only. */
export function hasWholeBlocks(
  { alignBlocks, alignFrom }: PlacementSettings,
  size: number,
  blockSize: number,
): boolean {
  return alignBlocks > 1 && size >= Math.max(alignFrom, alignBlocks * blockSize);
}
