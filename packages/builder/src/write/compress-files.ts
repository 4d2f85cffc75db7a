import type { TreeNode } from "@erofs/tree";
import { inOrder } from "../execute/in-order.ts";
import type { CompressResult, Executor } from "../execute/jobs.ts";
import { planCompressed, planFlat } from "../plan/inode-plans.ts";
import { pathOf } from "../plan/paths.ts";
import type { Sink } from "../sink.ts";
import { type Batch, batches, type Part } from "./batches.ts";
import type { HeadStart } from "./head-start.ts";
import type { ImagePlan } from "./inode-body.ts";
import type { TailStore } from "./tail-store.ts";

/** Bytes that may be under way, for each job that may be: large segments come in smaller numbers. */
const bytesPerJob = 4 << 20;
/** Jobs that may be under way for each that an executor asks for, where they are small. */
const smallJobs = 4;

/** A file of which some segments are done. */
interface OpenFile {
  readonly startBlock: number;
  readonly firstExtent: number;
  /** Whether a segment of it was compressed. */
  isCompressed: boolean;
}

/**
 * Compresses the candidates and writes their data from block `start` on, in order, settling their layouts: a
 * file of which nothing shrinks is stored flat. Returns the first block behind the data.
 */
export async function compressFiles(
  image: ImagePlan,
  start: number,
  headStart: HeadStart | undefined,
  tails: TailStore,
  executor: Executor,
  sink: Sink,
  onBytes: (count: number) => void,
): Promise<number> {
  const { inventory, plans, settings } = image;
  const { blockSize } = settings;
  let next = start;
  let open: OpenFile | undefined;

  /** Takes the results of a job: moves what is kept of `bytes` together and returns its length. */
  const settle = (
    { bytes, choices, extentCounts, extents }: CompressResult,
    parts: readonly Part[],
  ): number => {
    let from = 0; // in `bytes`
    let kept = 0;
    let pair = 0; // in `extents`
    for (const [i, { index, length, isLast }] of parts.entries()) {
      const count = extentCounts[i]!;
      open ??= { startBlock: next, firstExtent: plans.extents.position, isCompressed: false };
      let blocks = 0;
      if (count > 0) {
        open.isCompressed = true;
        plans.extents.append(extents.subarray(2 * pair, 2 * (pair + count)));
        for (let k = pair; k < pair + count; k++) blocks += extents[2 * k + 1]! >>> 1;
        pair += count;
      } else {
        blocks = Math.ceil(length / blockSize);
      }
      const size = blocks * blockSize;
      let keptSize = size;
      if (isLast && !open.isCompressed) {
        plans.extents.truncate(open.firstExtent);
        planFlat(plans, index, settings.inlineData, blockSize);
        plans.startBlocks[index] = open.startBlock;
        const tailSize = plans.tailSizes[index]!;
        if (tailSize > 0) {
          keptSize -= blockSize;
          const tail = from + keptSize;
          if (tails.reserve(tailSize)) tails.keep(index, bytes.slice(tail, tail + tailSize));
        }
      } else if (count === 0) {
        plans.extents.append(plainExtents(length, blockSize));
      }
      bytes.copyWithin(kept, from, from + keptSize);
      from += size;
      kept += keptSize;
      next += keptSize / blockSize;
      if (!isLast) continue;
      if (open.isCompressed) {
        const { startBlock, firstExtent } = open;
        const extentCount = plans.extents.position - firstExtent;
        planCompressed(
          plans,
          index,
          { choice: choices[i]!, firstExtent, extentCount, startBlock, blockCount: next - startBlock },
          settings,
        );
      }
      open = undefined;
    }
    return kept;
  };

  const compress = async ({ pieces, choices, parts, result }: Batch): Promise<CompressResult> => {
    if (result) return result;
    const made: number[] = [];
    for (const choice of choices) made.push(typeof choice === "number" ? choice : (await choice).choice);
    return executor.run({
      kind: "compress",
      pieces,
      choices: Uint8Array.from(made),
      pathOf: (piece) => pathOf(inventory, parts[piece]!.index),
    });
  };

  await inOrder(
    batches(image, headStart?.take(candidates(image)) ?? [], (job) => executor.run(job)),
    {
      count: smallJobs * executor.concurrency,
      weight: bytesPerJob * executor.concurrency,
      weightOf: ({ bytes }) => bytes,
    },
    compress,
    async (result, { parts, bytes }) => {
      const offset = next * blockSize;
      const kept = settle(result, parts);
      if (kept > 0) await sink.write(offset, result.bytes.subarray(0, kept));
      onBytes(bytes);
    },
  );
  return next;
}

/** The files to be compressed, in order. */
function* candidates({ inventory, plans }: ImagePlan): Generator<TreeNode> {
  for (const index of plans.candidates) yield inventory.nodes[index]!;
}

/** A stretch of `length` bytes stored as it is, as the pairs of an `ExtentArena`: a block an extent. */
function plainExtents(length: number, blockSize: number): number[] {
  const pairs: number[] = [];
  for (let done = 0; done < length; done += blockSize) pairs.push(Math.min(blockSize, length - done), 2);
  return pairs;
}
