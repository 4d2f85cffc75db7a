import type { CompressResult } from "../execute/jobs.ts";
import { planCompressed, planFlat, tailFits } from "../plan/inode-plans.ts";
import type { Part } from "./batches.ts";
import type { ImagePlan } from "./inode-body.ts";
import type { TailStore } from "./tail-store.ts";

/** A file of which some segments are done. */
interface OpenFile {
  readonly startBlock: number;
  readonly firstExtent: number;
  /** Whether a segment of it was compressed. */
  isCompressed: boolean;
}

/** The bytes of a file's last cluster that can go behind the inode, where they stand in a job's result. */
interface Tail {
  readonly start: number;
  readonly size: number;
}

/** Settles the layouts of files as the results of their segments come in, in order. */
export class FileSettler {
  /** Behind the blocks of all segments that were taken. */
  nextBlock: number;
  readonly #image: ImagePlan;
  readonly #tails: TailStore;
  #open: OpenFile | undefined;

  /** Blocks are given out from `start` on; what goes behind inodes is left to `tails`. */
  constructor(image: ImagePlan, start: number, tails: TailStore) {
    this.#image = image;
    this.nextBlock = start;
    this.#tails = tails;
  }

  /** Takes the result of a job: moves what of `bytes` goes to blocks to the beginning and returns its length. */
  take({ bytes, choices, extentCounts, extents, tailSizes }: CompressResult, parts: readonly Part[]): number {
    const { plans, settings } = this.#image;
    const { blockSize } = settings;
    let from = 0; // in `bytes`
    let kept = 0;
    let pair = 0; // in `extents`
    for (const [i, part] of parts.entries()) {
      const { length, isLast } = part;
      const count = extentCounts[i]!;
      const open = (this.#open ??= {
        startBlock: this.nextBlock,
        firstExtent: plans.extents.position,
        isCompressed: false,
      });
      const own =
        count > 0 ? extents.subarray(2 * pair, 2 * (pair + count)) : plainExtents(length, blockSize);
      pair += count;
      if (count > 0) open.isCompressed = true;
      plans.extents.append(own);
      let size = 0;
      for (let k = 1; k < own.length; k += 2) size += (own[k]! >>> 1) * blockSize;
      let keptSize = size;
      if (isLast) {
        if (open.isCompressed) {
          const tailSize = count > 0 ? tailSizes[i]! : settings.tailPacking ? length % blockSize : 0;
          const isPlain = (own.at(-1)! & 1) === 0;
          const start = from + size - (isPlain ? blockSize : tailSize);
          keptSize -= this.#endCompressed(part, choices[i]!, { start, size: tailSize }, size, bytes);
        } else {
          keptSize -= this.#endFlat(part, from + size - blockSize, bytes);
        }
        this.#open = undefined;
      }
      bytes.copyWithin(kept, from, from + keptSize);
      from += size;
      kept += keptSize;
      this.nextBlock += keptSize / blockSize;
    }
    return kept;
  }

  /** Ends a file of which nothing shrinks. Returns how many of its last bytes go to no block. */
  #endFlat({ index }: Part, lastBlock: number, bytes: Uint8Array): number {
    const { plans, settings } = this.#image;
    const { blockSize, inlineData } = settings;
    const { startBlock, firstExtent } = this.#open!;
    plans.extents.truncate(firstExtent);
    planFlat(plans, index, inlineData, blockSize);
    plans.startBlocks[index] = startBlock;
    const tailSize = plans.tailSizes[index]!;
    if (tailSize === 0) return 0;
    if (this.#tails.reserveCopy(tailSize)) {
      this.#tails.keep(index, bytes.subarray(lastBlock, lastBlock + tailSize));
    }
    return blockSize;
  }

  /** Ends a compressed file whose last segment has `size` bytes of blocks. Returns as `#endFlat`. */
  #endCompressed({ index }: Part, choice: number, tail: Tail, size: number, bytes: Uint8Array): number {
    const { plans, settings } = this.#image;
    const { blockSize, inlineData } = settings;
    const { startBlock, firstExtent } = this.#open!;
    const isInline =
      tail.size > 0 && tailFits(plans, index, tail.size, settings) && this.#tails.reserve(tail.size);
    if (!isInline && plans.sizes[index]! <= blockSize) {
      // In a block of its own it saves nothing.
      plans.extents.truncate(firstExtent);
      planFlat(plans, index, inlineData, blockSize);
      return size;
    }
    if (isInline) this.#tails.keep(index, bytes.subarray(tail.start, tail.start + tail.size));
    const unused = isInline ? blockSize : 0;
    planCompressed(
      plans,
      index,
      {
        choice,
        firstExtent,
        extentCount: plans.extents.position - firstExtent,
        startBlock,
        blockCount: this.nextBlock - startBlock + (size - unused) / blockSize,
        tailSize: isInline ? tail.size : 0,
      },
      settings,
    );
    return unused;
  }
}

/** A stretch of `length` bytes stored as it is, as the pairs of an `ExtentArena`: a block an extent. */
function plainExtents(length: number, blockSize: number): number[] {
  const pairs: number[] = [];
  for (let done = 0; done < length; done += blockSize) pairs.push(Math.min(blockSize, length - done), 2);
  return pairs;
}
