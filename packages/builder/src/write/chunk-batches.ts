import type { DataRange } from "@erofs/tree";
import type { ChunkJob } from "../execute/jobs.ts";
import { PieceList } from "../execute/pieces.ts";
import { BufferPool } from "./buffer-pool.ts";
import type { ImagePlan } from "./inode-body.ts";

/** Bytes of a job's chunks, where these are not larger. */
const jobBytes = 1 << 20;

/** Neighbouring chunks of a file. */
export interface ChunkRun {
  readonly index: number;
  readonly first: number;
  readonly count: number;
}

export interface ChunkBatch {
  readonly job: ChunkJob;
  readonly runs: readonly ChunkRun[];
  /** Bytes of files. */
  readonly bytes: number;
}

/** Hands out all chunks that may have data as jobs, in the order of the files. Their buffers may be given back. */
export class ChunkBatches {
  readonly #image: ImagePlan;
  readonly #pool: BufferPool;
  readonly capacity: number;

  constructor(image: ImagePlan) {
    this.#image = image;
    this.capacity = Math.max(jobBytes, image.settings.chunks!.size);
    this.#pool = new BufferPool(this.capacity);
  }

  give(bytes: Uint8Array<ArrayBuffer>): void {
    this.#pool.give(bytes);
  }

  *[Symbol.iterator](): Generator<ChunkBatch> {
    const { inventory, plans, settings } = this.#image;
    const { blockSize, chunks } = settings;
    const chunkSize = chunks!.size;
    let pieces = new PieceList();
    let runs: ChunkRun[] = [];
    let bytes = 0;
    let room = this.capacity;
    const finish = (): ChunkBatch => {
      const buffer = this.#pool.take(this.capacity);
      return {
        job: { kind: "chunk", pieces: pieces.take(), chunkSize, blockSize, bytes: buffer },
        runs,
        bytes,
      };
    };
    for (const index of plans.chunkFiles) {
      const size = plans.sizes[index]!;
      const content = inventory.nodes[index]!.content!;
      const ranges = content.kind === "file" ? content.ranges : undefined;
      for (const { first: start, end } of chunksWithData(size, ranges, chunkSize)) {
        for (let first = start; first < end;) {
          const offset = first * chunkSize;
          const rest = Math.min(end * chunkSize, size) - offset;
          const fits = Math.ceil(rest / blockSize) * blockSize <= room;
          const count = fits ? end - first : Math.floor(room / chunkSize);
          if (count > 0) {
            const length = Math.min(count * chunkSize, rest);
            pieces.add(content, size, offset, length, 0);
            runs.push({ index, first, count });
            bytes += length;
            room -= Math.ceil(length / blockSize) * blockSize;
            first += count;
          }
          if (fits && room >= blockSize) continue;
          yield finish();
          pieces = new PieceList();
          runs = [];
          bytes = 0;
          room = this.capacity;
        }
      }
    }
    if (runs.length > 0) yield finish();
  }
}

/** The chunks of a file, from `first` up to `end`, that have some of its data. */
export function* chunksWithData(
  size: number,
  ranges: readonly DataRange[] | undefined,
  chunkSize: number,
): Generator<{ first: number; end: number }> {
  const count = Math.ceil(size / chunkSize);
  if (!ranges) {
    yield { first: 0, end: count };
    return;
  }
  let first = 0;
  let end = 0;
  for (const range of ranges) {
    const from = Math.floor(range.offset / chunkSize);
    if (from > end) {
      if (end > first) yield { first, end };
      first = from;
    }
    end = Math.min(count, Math.ceil((range.offset + range.size) / chunkSize));
  }
  if (end > first) yield { first, end };
}
