import { bytesOf, chunkSizeOf, FileType, NULL_BLOCK } from "@erofs/format";
import type { Content } from "@erofs/tree";
import { inOrder } from "../execute/in-order.ts";
import type { Executor, FillJob } from "../execute/jobs.ts";
import { PieceList } from "../execute/pieces.ts";
import type { Sink } from "../sink.ts";
import { BufferPool } from "./buffer-pool.ts";
import type { ImagePlan } from "./inode-body.ts";
import type { TailStore } from "./tail-store.ts";

/** Data is copied in stretches of this size, a job each. */
const stretchSize = 1 << 20;

/** A run of a file's bytes that goes to consecutive blocks. */
interface Run {
  readonly index: number;
  readonly content: Content;
  readonly size: number;
  readonly offset: number;
  readonly length: number;
  /** Byte offset in the image, on a block boundary. */
  readonly destination: number;
}

/** The stored runs from block `first` on, in the order of their blocks. */
function* runs({ inventory, plans, settings, twins }: ImagePlan, first: number): Generator<Run> {
  const { blockSize } = settings;
  for (const index of plans.order) {
    const node = inventory.nodes[index]!;
    const startBlock = plans.startBlocks[index]!;
    const blockCount = plans.blockCounts[index]!;
    if (node.type === FileType.directory || blockCount === 0 || startBlock < first) continue;
    if (twins.has(index)) continue;
    const size = plans.sizes[index]!;
    const content: Content = node.content ?? { kind: "memory", bytes: bytesOf(node.target!) };
    const chunks = plans.chunks.get(index);
    if (!chunks) {
      const length = Math.min(size, blockCount * blockSize);
      yield { index, content, size, offset: 0, length, destination: startBlock * blockSize };
      continue;
    }
    const chunkSize = chunkSizeOf(chunks.format, settings.blockSizeBits);
    for (const [chunk, block] of chunks.blocks.entries()) {
      if (block === NULL_BLOCK) continue;
      const offset = chunk * chunkSize;
      const destination = (startBlock + block) * blockSize;
      yield { index, content, size, offset, length: Math.min(chunkSize, size - offset), destination };
    }
  }
}

interface Stretch {
  readonly job: FillJob;
  readonly offset: number;
  /** Bytes of data in blocks; tails follow from `stretchSize` on. */
  readonly size: number;
  readonly tails: readonly { readonly index: number; readonly size: number }[];
  readonly bytes: number;
}

/**
 * The runs as jobs. A stretch has runs that follow one another without gaps, so it is one write. A file's tail is read with its
 * last block: a stretch has room for as many tails as it has blocks.
 */
function* stretches(image: ImagePlan, first: number, pool: BufferPool, kept: TailStore): Generator<Stretch> {
  const { blockSize } = image.settings;
  const { tailSizes } = image.plans;
  let pieces = new PieceList();
  let buffer = pool.take(2 * stretchSize);
  let offset = 0;
  let used = 0;
  let bytes = 0;
  let tails: { index: number; size: number }[] = [];
  let tailsEnd = stretchSize;
  const finish = (): Stretch => ({
    job: { kind: "fill", pieces: pieces.take(), bytes: buffer.subarray(0, tailsEnd) },
    offset,
    size: used,
    tails,
    bytes,
  });
  for (const { index, content, size, offset: start, length, destination } of runs(image, first)) {
    for (let done = 0; done < length;) {
      // Aligned data have gaps before them.
      if (used === stretchSize || (used > 0 && offset + used !== destination + done)) {
        yield finish();
        pieces = new PieceList();
        buffer = pool.take(2 * stretchSize);
        used = 0;
        bytes = 0;
        tails = [];
        tailsEnd = stretchSize;
      }
      if (used === 0) offset = destination + done;
      const count = Math.min(length - done, stretchSize - used);
      pieces.add(content, size, start + done, count, used);
      const end = used + Math.ceil(count / blockSize) * blockSize;
      buffer.fill(0, used + count, end);
      used = end;
      done += count;
      bytes += count;
    }
    const tailSize = tailSizes[index]!;
    if (tailSize > 0 && kept.reserveCopy(tailSize)) {
      pieces.add(content, size, length, tailSize, tailsEnd);
      tails.push({ index, size: tailSize });
      tailsEnd += tailSize;
      bytes += tailSize;
    }
  }
  if (used > 0) yield finish();
}

/**
 * Copies all data in blocks from block `first` on that is neither compressed nor a directory's. Tails that were read
 * on the way go to `kept`.
 */
export async function writeBlocks(
  image: ImagePlan,
  first: number,
  kept: TailStore,
  executor: Executor,
  sink: Sink,
  onBytes: (count: number) => void,
): Promise<void> {
  const pool = new BufferPool(2 * stretchSize);
  await inOrder(
    stretches(image, first, pool, kept),
    { count: executor.concurrency },
    ({ job }) => executor.run(job),
    async (result, { offset, size, tails, bytes }) => {
      const tailBytes = result.bytes.slice(stretchSize);
      let at = 0;
      for (const tail of tails) {
        kept.keep(tail.index, tailBytes.subarray(at, at + tail.size));
        at += tail.size;
      }
      await sink.write(offset, result.bytes.subarray(0, size));
      pool.give(result.bytes);
      onBytes(bytes);
    },
  );
}
