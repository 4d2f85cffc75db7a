import { BuildError, chunkTableOffset, NULL_BLOCK } from "@erofs/format";
import { inOrder } from "../execute/in-order.ts";
import type { ChunkResult, Executor } from "../execute/jobs.ts";
import { digestWords } from "../plan/digest-ids.ts";
import { KnownChunks } from "../plan/known-chunks.ts";
import type { Sink } from "../sink.ts";
import { ChunkBatches, type ChunkRun } from "./chunk-batches.ts";
import { digestDictionary } from "./digest-dictionary.ts";
import type { ImagePlan } from "./inode-body.ts";

/** What devices are numbered as while it is not known which of a dictionary are needed; its first one is 2. */
const imageDevice = 0;
const blobDevice = 1;
const dictionaryDevice = 2;

/** Bytes of all jobs that are under way. */
const bytesUnderWay = 256 << 20;

/** What became of the chunks of all files. */
export interface WrittenChunks {
  /** The first block of the image behind them. */
  readonly imageEnd: number;
  /** Blocks of the blob. */
  readonly blobBlocks: number;
  /** Indexes of the dictionary's devices that have some of them, ascending. */
  readonly usedDevices: readonly number[];
}

/**
 * Writes the chunks of all files that are made of chunks, equal ones once: to the image from block `start` on, or to the
 * blob. Settles the tables of these files.
 */
export async function writeChunks(
  image: ImagePlan,
  start: number,
  executor: Executor,
  sink: Sink,
  onBytes: (count: number) => void,
): Promise<WrittenChunks> {
  const { blockSize, chunks } = image.settings;
  if (!chunks) return { imageEnd: start, blobBlocks: 0, usedDevices: [] };
  const { blob, dictionary } = chunks;
  const known = new KnownChunks();
  if (dictionary) await digestDictionary(dictionary, executor, known, dictionaryDevice);
  const store = blob
    ? new ChunkStore(image, known, blobDevice, 0)
    : new ChunkStore(image, known, imageDevice, start);
  const batches = new ChunkBatches(image);
  await inOrder(
    batches,
    { count: executor.concurrency, weight: bytesUnderWay, weightOf: () => batches.capacity },
    ({ job }) => executor.run(job),
    async (result, { runs, bytes }) => {
      const offset = store.nextBlock * blockSize;
      const kept = store.take(result, runs);
      if (kept > 0) await (blob ?? sink).write(offset, result.bytes.subarray(0, kept));
      batches.give(result.bytes);
      onBytes(bytes);
    },
  );
  const usedDevices = settleTables(image);
  return blob
    ? { imageEnd: start, blobBlocks: store.nextBlock, usedDevices }
    : { imageEnd: store.nextBlock, blobBlocks: 0, usedDevices };
}

/** Gives chunks their places as they come in, in order. */
class ChunkStore {
  /** Behind all blocks that were given out, on the device. */
  nextBlock: number;
  readonly #image: ImagePlan;
  readonly #known: KnownChunks;
  readonly #device: number;

  constructor(image: ImagePlan, known: KnownChunks, device: number, start: number) {
    this.#image = image;
    this.#known = known;
    this.#device = device;
    this.nextBlock = start;
  }

  /** Takes the result of a job: moves what of `bytes` is new to the beginning and returns its length. */
  take({ bytes, digests, holes }: ChunkResult, runs: readonly ChunkRun[]): number {
    const { plans, settings } = this.#image;
    const { blockSize, chunks } = settings;
    const chunkSize = chunks!.size;
    let position = 0; // in `digests` and `holes`
    let from = 0; // in `bytes`
    let kept = 0;
    for (const { index, first, count } of runs) {
      const fileSize = plans.sizes[index]!;
      for (let chunk = first; chunk < first + count; chunk++, position++) {
        if (holes[position] === 1) continue;
        const blocks = Math.ceil(Math.min(chunkSize, fileSize - chunk * chunkSize) / blockSize);
        const size = blocks * blockSize;
        const before = this.#known.count;
        const number = this.#known.add(digestWords(digests, position), this.#device, this.nextBlock);
        if (number === before) {
          if (kept < from) bytes.copyWithin(kept, from, from + size);
          kept += size;
          this.nextBlock += blocks;
        }
        plans.chunkTables!.set(index, chunk, this.#known.deviceOf(number), this.#known.blockOf(number));
        from += size;
      }
    }
    if (this.nextBlock > NULL_BLOCK) {
      throw new BuildError(
        `chunks take ${this.nextBlock} blocks, expected at most ${NULL_BLOCK}`,
        {},
        "EFBIG",
      );
    }
    return kept;
  }
}

/** Makes the tables as short as can be, and says which ids their devices have. Returns what of a dictionary is used. */
function settleTables({ plans, settings }: ImagePlan): number[] {
  const tables = plans.chunkTables!;
  const hasBlob = settings.chunks!.blob !== undefined;
  const used = tables
    .usedDevices()
    .filter((device) => device >= dictionaryDevice)
    .map((device) => device - dictionaryDevice);
  const ids = [0, 1];
  for (const [i, device] of used.entries()) ids[dictionaryDevice + device] = i + (hasBlob ? 2 : 1);
  tables.setDeviceIds(ids);
  for (const index of plans.chunkFiles) {
    tables.join(index);
    const bodySize = plans.bodySizes[index]!;
    plans.bodySizes[index] = chunkTableOffset(bodySize, tables.formatOf(index)) + tables.sizeOf(index);
  }
  return used;
}
