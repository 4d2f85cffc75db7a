import { bytesOf, FileType, NULL_BLOCK } from "@erofs/format";
import type { Content } from "@erofs/tree";
import { inOrder } from "../execute/in-order.ts";
import type { Executor, FillJob } from "../execute/jobs.ts";
import { PieceList } from "../execute/pieces.ts";
import type { Sink } from "../sink.ts";
import { BufferPool } from "./buffer-pool.ts";
import type { ImagePlan } from "./inode-body.ts";

/** Data is copied in stretches of this size, a job each. */
const stretchSize = 1 << 20;

/** A run of a file's bytes that goes to consecutive blocks. */
interface Run {
  readonly content: Content;
  readonly size: number;
  readonly offset: number;
  readonly length: number;
  /** Byte offset in the image, on a block boundary. */
  readonly destination: number;
}

/** The stored runs from block `first` on, in the order of their blocks. */
function* runs({ inventory, plans, settings }: ImagePlan, first: number): Generator<Run> {
  const { blockSize } = settings;
  for (const [index, node] of inventory.nodes.entries()) {
    const startBlock = plans.startBlocks[index]!;
    const blockCount = plans.blockCounts[index]!;
    if (node.type === FileType.directory || blockCount === 0 || startBlock < first) continue;
    const size = plans.sizes[index]!;
    const content: Content = node.content ?? { kind: "memory", bytes: bytesOf(node.target!) };
    const chunks = plans.chunks.get(index);
    if (!chunks) {
      const length = Math.min(size, blockCount * blockSize);
      yield { content, size, offset: 0, length, destination: startBlock * blockSize };
      continue;
    }
    const chunkSize = 2 ** chunks.chunkBlockBits * blockSize;
    for (const [chunk, block] of chunks.blocks.entries()) {
      if (block === NULL_BLOCK) continue;
      const offset = chunk * chunkSize;
      const destination = (startBlock + block) * blockSize;
      yield { content, size, offset, length: Math.min(chunkSize, size - offset), destination };
    }
  }
}

interface Stretch {
  readonly job: FillJob;
  readonly offset: number;
  readonly bytes: number;
}

/** The runs as jobs. Runs follow one another without gaps, so a stretch is one write. */
function* stretches(image: ImagePlan, first: number, pool: BufferPool): Generator<Stretch> {
  const { blockSize } = image.settings;
  let pieces = new PieceList();
  let buffer = pool.take(stretchSize);
  let offset = 0;
  let used = 0;
  let bytes = 0;
  const finish = (): Stretch => ({
    job: { kind: "fill", pieces: pieces.take(), bytes: buffer.subarray(0, used) },
    offset,
    bytes,
  });
  for (const { content, size, offset: start, length, destination } of runs(image, first)) {
    for (let done = 0; done < length;) {
      if (used === stretchSize) {
        yield finish();
        pieces = new PieceList();
        buffer = pool.take(stretchSize);
        used = 0;
        bytes = 0;
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
  }
  if (used > 0) yield finish();
}

/** Copies all data in blocks from block `first` on that is neither compressed nor a directory's. */
export async function writeBlocks(
  image: ImagePlan,
  first: number,
  executor: Executor,
  sink: Sink,
  onBytes: (count: number) => void,
): Promise<void> {
  const pool = new BufferPool(stretchSize);
  await inOrder(
    stretches(image, first, pool),
    executor.concurrency,
    ({ job }) => executor.run(job),
    async (result, { offset, bytes }) => {
      await sink.write(offset, result.bytes);
      pool.give(result.bytes);
      onBytes(bytes);
    },
  );
}
