import { closeSync, constants, openSync } from "node:fs";
import type { ByteString } from "@erofs/format";
import { dataRanges, pathArgument } from "@erofs/linux";
import type { DataRange } from "@erofs/tree";

/** Saving less than this is not worth opening the file. File systems that keep small files in the inode save it, too. */
const SMALLEST_HOLE = 4096;

/** Ranges told apart in one file, at most: 64 MiB of memory for a file made to be a nuisance. */
const MOST_RANGES = 1 << 20;

/** Whether a file of `size` bytes that takes `blocks` × 512 bytes may have holes. */
export function maybeSparse(size: number, blocks: number): boolean {
  return size - blocks * 512 >= SMALLEST_HOLE;
}

/**
 * The data of a file that has holes; undefined when it has none, or cannot be opened: whoever reads the file
 * meets the same error, and reports it.
 */
export function readRanges(path: ByteString, size: number): DataRange[] | undefined {
  let fd: number;
  try {
    fd = openSync(pathArgument(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const ranges = dataRanges(fd, size, MOST_RANGES);
    return ranges.length === 1 && ranges[0]!.size === size ? undefined : ranges;
  } finally {
    closeSync(fd);
  }
}
