import { RunEnd, shortestWholeRun } from "../execute/jobs.ts";
import type { SharedRange, SharedRanges } from "./shared-ranges.ts";

/** A part of a file: compressed as a run of its own, or shared. */
export interface Part {
  readonly index: number;
  readonly offset: number;
  readonly length: number;
  readonly isLast: boolean;
  readonly end: RunEnd;
  /** Where its content stands already. */
  readonly shared?: SharedRange | undefined;
}

/**
 * The parts of a file of `size` bytes: its stretches, those that are stored cut where `segmentLength` says, which is asked for
 * each one. `lastEnd` is how its last run ends, if no other file has its content.
 */
export function* partsOf(
  index: number,
  size: number,
  sharedRanges: SharedRanges,
  blockSize: number,
  lastEnd: RunEnd,
  segmentLength: () => number,
): Generator<Part> {
  const isCut = sharedRanges.isCut(index);
  const shortest = isCut ? shortestWholeRun * blockSize : 0;
  const isOthersEnd = sharedRanges.isEndShared(index);
  for (const { offset: start, length: all, shared } of sharedRanges.stretchesOf(index, size)) {
    for (let offset = start; offset < start + all;) {
      const left = start + all - offset;
      let length = shared ? left : Math.min(segmentLength(), left);
      if (left - length < shortest) length = left;
      const isLast = offset + length === size;
      const usual = isLast ? lastEnd : RunEnd.blocks;
      const end = isCut && (!isLast || isOthersEnd) ? RunEnd.whole : usual;
      yield { index, offset, length, isLast, end, shared };
      offset += length;
    }
  }
}
