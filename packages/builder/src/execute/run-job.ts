import type { Compressor, EncoderOptions } from "@erofs/compressor";
import { ClusterCutter, type ClusterSizes, type ExtentPairs } from "./cluster-cutter.ts";
import type { FileAccess } from "./file-access.ts";
import type { CompressJob, CompressResult, FillJob, FillResult, Job, ResultOf } from "./jobs.ts";
import { forEachPiece } from "./pieces.ts";

export interface CompressSettings extends ClusterSizes {
  readonly encoderOptions: EncoderOptions | undefined;
}

/** Runs jobs on this thread. Owns an encoder and memory that serve one job after the other. */
export class JobRunner {
  readonly #files: FileAccess | undefined;
  readonly #blockSize: number;
  readonly #cutter: ClusterCutter | undefined;
  #out = new Uint8Array(0);

  private constructor(files: FileAccess | undefined, blockSize: number, cutter: ClusterCutter | undefined) {
    this.#files = files;
    this.#blockSize = blockSize;
    this.#cutter = cutter;
  }

  static async create(
    files: FileAccess | undefined,
    compressor: Compressor | undefined,
    settings: CompressSettings,
  ): Promise<JobRunner> {
    if (!compressor) return new JobRunner(files, settings.blockSize, undefined);
    const encoder = await compressor.createEncoder(settings.encoderOptions!);
    return new JobRunner(files, settings.blockSize, new ClusterCutter(encoder, compressor.name, settings));
  }

  run<J extends Job>(job: J): ResultOf[J["kind"]] {
    return (job.kind === "fill" ? this.#fill(job) : this.#compress(job)) as ResultOf[J["kind"]];
  }

  #fill(job: FillJob): FillResult {
    const { bytes } = job;
    forEachPiece(job.pieces, this.#files, ({ destination, length, read }) => {
      read(bytes.subarray(destination, destination + length), 0);
    });
    return { bytes };
  }

  #compress(job: CompressJob): CompressResult {
    const cutter = this.#cutter;
    if (!cutter) throw new Error("a job to compress without a compressor");
    const extentCounts: number[] = [];
    const extents: ExtentPairs = [];
    let position = 0;
    forEachPiece(job.pieces, this.#files, ({ length, read }) => {
      const room = Math.ceil(length / this.#blockSize) * this.#blockSize;
      this.#reserve(position, room);
      const before = extents.length;
      const blocks = cutter.cut(length, read, this.#out, position, extents);
      extentCounts.push((extents.length - before) / 2);
      position += blocks === 0 ? room : blocks * this.#blockSize;
    });
    return {
      bytes: this.#out.slice(0, position),
      extentCounts: Uint32Array.from(extentCounts),
      extents: Uint32Array.from(extents),
    };
  }

  /** Makes `#out` large enough for `room` bytes behind the `used` ones, which stay. */
  #reserve(used: number, room: number): void {
    if (used + room <= this.#out.length) return;
    const larger = new Uint8Array(Math.max(used + room, 2 * this.#out.length));
    larger.set(this.#out.subarray(0, used));
    this.#out = larger;
  }
}
