import type { Settings } from "../options.ts";
import type { CompressJob, CompressResult, Executor } from "../execute/jobs.ts";
import { inOrder } from "../execute/in-order.ts";
import { PieceList } from "../execute/pieces.ts";
import { type InodePlans, planCompressed, planFlat } from "../plan/inode-plans.ts";
import type { Inventory } from "../plan/inventory.ts";
import type { Sink } from "../sink.ts";
import type { TailStore } from "./tail-store.ts";

/**
 * A file is compressed in segments of this size, each apart from the others, so that one large file occupies
 * all workers. What a segment loses at its end is part of a block: 0.03 % of it.
 */
const segmentSize = 8 << 20;

/** Small files go together in a job until it has this much to compress: some milliseconds of work. */
const batchSize = 1 << 20;

interface Part {
  readonly index: number;
  readonly length: number;
  readonly isLast: boolean;
}

interface Batch {
  readonly job: CompressJob;
  readonly parts: readonly Part[];
  readonly bytes: number;
}

/** The candidates as jobs, in order. */
function* batches(inventory: Inventory, plans: InodePlans): Generator<Batch> {
  let pieces = new PieceList();
  let parts: Part[] = [];
  let bytes = 0;
  for (const index of plans.candidates) {
    const content = inventory.nodes[index]!.content!;
    const size = plans.sizes[index]!;
    for (let offset = 0; offset < size; offset += segmentSize) {
      const length = Math.min(segmentSize, size - offset);
      pieces.add(content, size, offset, length, 0);
      parts.push({ index, length, isLast: offset + length === size });
      bytes += length;
      if (bytes >= batchSize) {
        yield { job: { kind: "compress", pieces: pieces.take() }, parts, bytes };
        pieces = new PieceList();
        parts = [];
        bytes = 0;
      }
    }
  }
  if (parts.length > 0) yield { job: { kind: "compress", pieces: pieces.take() }, parts, bytes };
}

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
  inventory: Inventory,
  plans: InodePlans,
  start: number,
  settings: Settings,
  tails: TailStore,
  executor: Executor,
  sink: Sink,
  onBytes: (count: number) => void,
): Promise<number> {
  const { blockSize } = settings;
  let next = start;
  let open: OpenFile | undefined;

  /** Takes the results of a job: moves what is kept of `bytes` together and returns its length. */
  const settle = ({ bytes, extentCounts, extents }: CompressResult, parts: readonly Part[]): number => {
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
          { firstExtent, extentCount, startBlock, blockCount: next - startBlock },
          settings,
        );
      }
      open = undefined;
    }
    return kept;
  };

  await inOrder(
    batches(inventory, plans),
    executor.concurrency,
    ({ job }) => executor.run(job),
    async (result, { parts, bytes }) => {
      const offset = next * blockSize;
      const kept = settle(result, parts);
      if (kept > 0) await sink.write(offset, result.bytes.subarray(0, kept));
      onBytes(bytes);
    },
  );
  return next;
}

/** A stretch of `length` bytes stored as it is, as the pairs of an `ExtentArena`: a block an extent. */
function plainExtents(length: number, blockSize: number): number[] {
  const pairs: number[] = [];
  for (let done = 0; done < length; done += blockSize) pairs.push(Math.min(blockSize, length - done), 2);
  return pairs;
}
