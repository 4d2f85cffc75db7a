import { DataLayout } from "@erofs/format";
import { Choice, type CompressResult } from "../execute/jobs.ts";
import type { Part } from "../plan/parts.ts";
import { plainExtents } from "./file-settler.ts";
import type { ImagePlan } from "./inode-body.ts";

/**
 * Settles where the clusters of inodes are that have their places already, as the results of their segments come in, in
 * order. What does not shrink becomes flat: of the room for the index nothing is used then.
 */
export class PlacedSettler {
  /** Behind the blocks of all segments that were taken. */
  nextBlock: number;
  readonly #image: ImagePlan;
  #open: { startBlock: number; firstExtent: number; choice: number } | undefined;

  /** Blocks are given out from `start` on. */
  constructor(image: ImagePlan, start: number) {
    this.#image = image;
    this.nextBlock = start;
  }

  /** Takes the result of a job, all of whose bytes are blocks to be written. */
  take({ choices, extentCounts, extents }: CompressResult, parts: readonly Part[]): void {
    const { plans, settings } = this.#image;
    const { blockSize } = settings;
    let pair = 0; // in `extents`
    for (const [i, { index, length, isLast }] of parts.entries()) {
      const open = (this.#open ??= {
        startBlock: this.nextBlock,
        firstExtent: plans.extents.position,
        choice: Choice.none,
      });
      const count = extentCounts[i]!;
      if (count > 0) open.choice = choices[i]!;
      const own =
        count > 0 ? extents.subarray(2 * pair, 2 * (pair + count)) : plainExtents(length, blockSize);
      pair += count;
      plans.extents.append(own);
      for (let k = 1; k < own.length; k += 2) this.nextBlock += own[k]! >>> 1;
      if (isLast) this.#end(index);
    }
  }

  #end(index: number): void {
    const { plans } = this.#image;
    const { startBlock, firstExtent, choice } = this.#open!;
    plans.startBlocks[index] = startBlock;
    plans.blockCounts[index] = this.nextBlock - startBlock;
    if (choice === Choice.none) {
      plans.extents.truncate(firstExtent);
      plans.layouts[index] = DataLayout.flatPlain;
    } else {
      plans.choices[index] = choice;
      plans.firstExtents[index] = firstExtent;
      plans.extentCounts[index] = plans.extents.position - firstExtent;
    }
    this.#open = undefined;
  }
}
