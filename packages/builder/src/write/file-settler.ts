import { type ByteString, fromBytes } from "@erofs/format";
import { type CompressResult, RunEnd } from "../execute/jobs.ts";
import { SHA256_SIZE } from "../execute/sha256.ts";
import { planCompressed, planWholeFragment, tailFits } from "../plan/compressed-plans.ts";
import { mayBeInline, planFlat } from "../plan/inode-plans.ts";
import type { Part } from "../plan/parts.ts";
import type { ImagePlan } from "./inode-body.ts";
import type { TailStore } from "./tail-store.ts";

/** A file of which some segments are done. */
interface OpenFile {
  readonly startBlock: number;
  readonly firstExtent: number;
  /** Whether a segment of it was compressed, or goes to the packed inode in part. */
  isCompressed: boolean;
}

/** The bytes of a file's last cluster that can go behind the inode, where they stand in a job's result. */
interface Tail {
  readonly start: number;
  readonly size: number;
}

/** Where the content of a part stands: its first extent, and the block of that. */
interface Mark {
  readonly extent: number;
  readonly block: number;
}

/** Settles the layouts of files as the results of their segments come in, in order. */
export class FileSettler {
  /** Behind the blocks of all segments that were taken. */
  nextBlock: number;
  readonly #image: ImagePlan;
  readonly #tails: TailStore;
  /** By digest, the first file that has a fragment. */
  readonly #fragments = new Map<ByteString, number>();
  #open: OpenFile | undefined;
  /** By inode index, by offset there. */
  readonly #marks = new Map<number, Map<number, Mark>>();
  /** Whether the last part of the open file stands elsewhere. */
  #isElsewhere = false;

  /** Blocks are given out from `start` on; what goes behind inodes is left to `tails`. */
  constructor(image: ImagePlan, start: number, tails: TailStore) {
    this.#image = image;
    this.nextBlock = start;
    this.#tails = tails;
  }

  /** Takes the result of a job: moves what of `bytes` goes to blocks to the beginning and returns its length. */
  take(result: CompressResult, parts: readonly Part[]): number {
    const { bytes, choices, extentCounts, extents, tailSizes, fragmentSizes, fragmentDigests } = result;
    const { plans, settings } = this.#image;
    const { blockSize } = settings;
    let from = 0; // in `bytes`
    let kept = 0;
    let pair = 0; // in `extents`
    let digest = 0; // in `fragmentDigests`
    let i = 0; // The run.
    for (const part of parts) {
      const { index, length, isLast } = part;
      if (part.shared) {
        this.#share(part);
        continue;
      }
      const count = extentCounts[i]!;
      const fragmentSize = fragmentSizes[i]!;
      const open = (this.#open ??= this.#begin(index));
      if (this.#image.sharedRanges.isCut(index)) this.#mark(part);
      const own =
        count > 0
          ? extents.subarray(2 * pair, 2 * (pair + count))
          : plainExtents(length - fragmentSize, blockSize);
      pair += count;
      if (count > 0 || fragmentSize > 0) open.isCompressed = true;
      plans.extents.append(own);
      let size = 0;
      for (let k = 1; k < own.length; k += 2) size += (own[k]! >>> 1) * blockSize;
      let keptSize = size;
      if (isLast) {
        if (fragmentSize > 0) {
          const ownDigest = fragmentDigests.subarray(digest, (digest += SHA256_SIZE));
          this.#endFragment(index, choices[i]!, fragmentSize, size, ownDigest);
        } else if (open.isCompressed) {
          const tailSize = count > 0 ? tailSizes[i]! : part.end === RunEnd.inline ? length % blockSize : 0;
          const isPlain = (own.at(-1)! & 1) === 0;
          const start = from + size - (isPlain ? blockSize : tailSize);
          keptSize -= this.#endCompressed(index, choices[i]!, { start, size: tailSize }, size, bytes);
        } else {
          keptSize -= this.#endFlat(index, from + size - blockSize, bytes);
        }
        this.#open = undefined;
      }
      bytes.copyWithin(kept, from, from + keptSize);
      from += size;
      kept += keptSize;
      this.nextBlock += keptSize / blockSize;
      i++;
    }
    return kept;
  }

  #begin(index: number): OpenFile {
    return {
      startBlock: this.nextBlock,
      firstExtent: this.#image.plans.extents.position,
      // What is cut keeps its extents, which others may have too.
      isCompressed: this.#image.sharedRanges.isCut(index),
    };
  }

  /** Notes where a part stands of a file that is cut. */
  #mark({ index, offset }: Part): void {
    const { extents } = this.#image.plans;
    let own = this.#marks.get(index);
    if (!own) this.#marks.set(index, (own = new Map<number, Mark>()));
    own.set(offset, { extent: extents.position, block: this.nextBlock });
    if (this.#isElsewhere) extents.jump(this.nextBlock);
    this.#isElsewhere = false;
  }

  /** Gives a part the extents of the one that has its content. */
  #share({ index, length, isLast, shared }: Part): void {
    const { plans } = this.#image;
    const { extents } = plans;
    this.#open ??= this.#begin(index);
    const { extent: first, block } = this.#marks.get(shared!.owner)!.get(shared!.offset)!;
    extents.jump(block);
    this.#isElsewhere = !isLast;
    let extent = first;
    for (let done = 0; done < length; extent++) done += extents.logicalSize(extent);
    extents.copy(first, extent);
    plans.scattered.add(index);
    if (!isLast) return;
    this.#plan(index, plans.choices[index]!, 0, 0);
    this.#open = undefined;
  }

  /** Ends a file of which nothing shrinks. Returns how many of its last bytes go to no block. */
  #endFlat(index: number, lastBlock: number, bytes: Uint8Array): number {
    const { inventory, plans, settings } = this.#image;
    const { blockSize } = settings;
    const { startBlock, firstExtent } = this.#open!;
    plans.extents.truncate(firstExtent);
    // What of the packed inode were not kept could not be read again.
    planFlat(
      plans,
      index,
      mayBeInline(plans.sizes[index]!, settings) && index !== inventory.packed,
      blockSize,
    );
    plans.startBlocks[index] = startBlock;
    const tailSize = plans.tailSizes[index]!;
    if (tailSize === 0) return 0;
    if (this.#tails.reserveCopy(tailSize)) {
      this.#tails.keep(index, bytes.subarray(lastBlock, lastBlock + tailSize));
    }
    return blockSize;
  }

  /** Ends a compressed file whose last segment has `size` bytes of blocks. Returns as `#endFlat`. */
  #endCompressed(index: number, choice: number, tail: Tail, size: number, bytes: Uint8Array): number {
    const { inventory, plans, settings } = this.#image;
    const { blockSize, inlineData } = settings;
    const isInline =
      tail.size > 0 && tailFits(plans, index, tail.size, settings) && this.#tails.reserve(tail.size);
    if (!isInline && plans.sizes[index]! <= blockSize && index !== inventory.packed) {
      // In a block of its own it saves nothing.
      plans.extents.truncate(this.#open!.firstExtent);
      planFlat(plans, index, inlineData, blockSize);
      return size;
    }
    if (isInline) this.#tails.keep(index, bytes.subarray(tail.start, tail.start + tail.size));
    const unused = isInline ? blockSize : 0;
    this.#plan(index, choice, size - unused, isInline ? tail.size : 0);
    return unused;
  }

  /** Ends a file whose last bytes go to the packed inode, with `size` bytes of blocks in its last segment. */
  #endFragment(index: number, choice: number, fragmentSize: number, size: number, digest: Uint8Array): void {
    const { plans, settings } = this.#image;
    const { dedupe } = settings.fragments!;
    const isShared = dedupe === "full" || (dedupe === "inode" && fragmentSize === plans.sizes[index]);
    const key = fromBytes(digest);
    const known = isShared ? this.#fragments.get(key) : undefined;
    const first = known ?? index;
    if (isShared && known === undefined) this.#fragments.set(key, index);
    if (fragmentSize === plans.sizes[index]) {
      planWholeFragment(plans, index, first);
      return;
    }
    if (first === index) plans.packed!.add(index, fragmentSize);
    else plans.packed!.share(index, first);
    // It has an entry of the index like others, whose block nobody looks at.
    plans.extents.append([fragmentSize, 3]);
    this.#plan(index, choice, size, 0);
  }

  #plan(index: number, choice: number, size: number, tailSize: number): void {
    const { plans, settings } = this.#image;
    const { startBlock, firstExtent } = this.#open!;
    planCompressed(
      plans,
      index,
      {
        choice,
        firstExtent,
        extentCount: plans.extents.position - firstExtent,
        startBlock,
        blockCount: this.nextBlock - startBlock + size / settings.blockSize,
        tailSize,
      },
      settings,
    );
  }
}

/** A stretch of `length` bytes stored as it is, as the pairs of an `ExtentArena`: a block an extent. */
export function plainExtents(length: number, blockSize: number): number[] {
  const pairs: number[] = [];
  for (let done = 0; done < length; done += blockSize) pairs.push(Math.min(blockSize, length - done), 2);
  return pairs;
}
