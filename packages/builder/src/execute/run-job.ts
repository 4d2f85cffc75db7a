import { choose, isEven } from "./choose.ts";
import { type ExtentPairs, indexSize, type Run } from "./cluster-cutter.ts";
import { CompressorFailure } from "./compressor-failure.ts";
import type { Cutters, WorkSettings } from "./cutters.ts";
import type { FileAccess } from "./file-access.ts";
import {
  Choice,
  type ChooseJob,
  type ChooseResult,
  type CompressJob,
  type CompressResult,
  type FillJob,
  type FillResult,
  type Job,
  type ResultOf,
} from "./jobs.ts";
import { forEachPiece, type Piece } from "./pieces.ts";
import type { Watch } from "./watch.ts";

/** What a job is to the thread that does it: functions stay behind. */
export type Work<J extends Job = Job> = J extends Job ? Omit<J, "pathOf"> : never;

/** What became of a run. */
interface Cut {
  /** The compression that was used, or `Choice.none`. */
  readonly choice: number;
  /** Bytes of its blocks. */
  readonly size: number;
  readonly tailSize: number;
}

/** Runs jobs on this thread. Owns memory that serves one job after the other. */
export class JobRunner {
  readonly #files: FileAccess | undefined;
  readonly #settings: WorkSettings;
  readonly #cutters: Cutters;
  readonly #watch: Watch;
  #out = new Uint8Array(0);
  #last: Promise<unknown> = Promise.resolve();

  constructor(files: FileAccess | undefined, settings: WorkSettings, cutters: Cutters, watch: Watch) {
    this.#files = files;
    this.#settings = settings;
    this.#cutters = cutters;
    this.#watch = watch;
  }

  /** Runs a job behind those before. Rejects with `BuildError`; a `CompressorFailure` tells the piece. */
  run<J extends Job>(job: Work<J>): Promise<ResultOf[J["kind"]]> {
    const running = this.#last.then(() => this.#run(job));
    this.#last = running.catch(() => {});
    return running;
  }

  async #run<J extends Job>(job: Work<J>): Promise<ResultOf[J["kind"]]> {
    this.#watch.piece = 0;
    try {
      return (await this.#do(job)) as ResultOf[J["kind"]];
    } catch (error) {
      if (error instanceof CompressorFailure) error.piece = this.#watch.piece;
      throw error;
    }
  }

  #do(job: Work): FillResult | Promise<CompressResult | ChooseResult> {
    switch (job.kind) {
      case "fill":
        return this.#fill(job);
      case "compress":
        return this.#compress(job);
      case "choose":
        return this.#choose(job);
    }
  }

  #fill(job: Work<FillJob>): FillResult {
    const { bytes } = job;
    forEachPiece(job.pieces, this.#files, ({ destination, length, read }) => {
      read(bytes.subarray(destination, destination + length), 0);
    });
    return { bytes };
  }

  async #compress(job: Work<CompressJob>): Promise<CompressResult> {
    const { candidates } = this.#settings.auto ?? { candidates: [] };
    await this.#prepare(job.choices, candidates);
    const extentCounts: number[] = [];
    const tailSizes: number[] = [];
    const choices: number[] = [];
    const extents: ExtentPairs = [];
    let position = 0;
    forEachPiece(job.pieces, this.#files, (piece) => {
      const i = choices.length;
      this.#watch.piece = i;
      const before = extents.length;
      const requested = job.choices[i]!;
      const run: Run = { ...piece, endsFile: job.endsFile[i] === 1 };
      const { choice, size, tailSize } =
        requested === Choice.auto
          ? this.#cutBest(run, position, extents)
          : this.#cut(requested, run, position, extents);
      choices.push(choice);
      extentCounts.push((extents.length - before) / 2);
      tailSizes.push(tailSize);
      position += size;
    });
    return {
      bytes: this.#out.slice(0, position),
      choices: Uint8Array.from(choices),
      extentCounts: Uint32Array.from(extentCounts),
      extents: Uint32Array.from(extents),
      tailSizes: Uint32Array.from(tailSizes),
    };
  }

  /** Makes the encoders of a job, telling which piece wanted the one that cannot be made. */
  async #prepare(choices: Iterable<number>, candidates: readonly number[]): Promise<void> {
    let piece = 0;
    for (const choice of choices) {
      this.#watch.piece = piece++;
      if (choice === Choice.auto) await this.#cutters.prepare(candidates);
      else if (choice !== Choice.none) await this.#cutters.prepare([choice]);
    }
  }

  /** Cuts a run with the compression that is asked for, to `position` of `#out` on. */
  #cut(choice: number, run: Run, position: number, extents: ExtentPairs): Cut {
    const { length, read } = run;
    const { blockSize } = this.#settings;
    const room = Math.ceil(length / blockSize) * blockSize;
    this.#reserve(position, room);
    if (choice !== Choice.none) {
      const cutter = this.#cutters.get(choice);
      const blocks = cutter.cut(run, this.#out, position, extents);
      return { choice, size: blocks === 0 ? room : blocks * blockSize, tailSize: cutter.tailSize };
    }
    read(this.#out.subarray(position, position + length), 0);
    this.#out.fill(0, position + length, position + room);
    return { choice, size: room, tailSize: 0 };
  }

  /** Cuts a whole file with each candidate and keeps what pays. */
  #cutBest(run: Run, position: number, extents: ExtentPairs): Cut {
    const { auto, blockSize } = this.#settings;
    const { length } = run;
    const bytes = new Uint8Array(length);
    run.read(bytes, 0);
    const copy: Run = {
      ...run,
      read: (target, offset) => target.set(bytes.subarray(offset, offset + target.length)),
    };
    const tried = new Map<number, { cut: Cut; extents: ExtentPairs; bytes: Uint8Array }>();
    const sizeWith = (candidate: number) => {
      const own: ExtentPairs = [];
      const cut = this.#cut(candidate, copy, position, own);
      const { size, tailSize } = cut;
      tried.set(candidate, { cut, extents: own, bytes: this.#out.slice(position, position + size) });
      if (own.length === 0) return length;
      return size - (tailSize > 0 ? blockSize - tailSize : 0) + indexSize(length, blockSize);
    };
    const choice = choose(auto!, length, sizeWith, () => isEven([bytes]));
    const best = tried.get(choice);
    if (!best) return this.#cut(Choice.none, copy, position, extents);
    this.#out.set(best.bytes, position);
    for (const number of best.extents) extents.push(number);
    return best.cut;
  }

  async #choose(job: Work<ChooseJob>): Promise<ChooseResult> {
    const auto = this.#settings.auto!;
    await this.#prepare([Choice.auto], auto.candidates);
    const parts: Uint8Array[] = [];
    forEachPiece(job.pieces, this.#files, ({ length, read }) => {
      const part = new Uint8Array(length);
      read(part, 0);
      parts.push(part);
    });
    const total = parts.reduce((sum, { length }) => sum + length, 0);
    const sizeWith = (candidate: number) => {
      const cutter = this.#cutters.get(candidate);
      return parts.reduce((sum, part, i) => {
        this.#watch.piece = i;
        const read: Piece["read"] = (target, offset) =>
          target.set(part.subarray(offset, offset + target.length));
        const extents: ExtentPairs = [];
        // The stretch ends where it does by chance: a file goes on there.
        const { size } = this.#cut(candidate, { length: part.length, read, endsFile: false }, 0, extents);
        return sum + (extents.length === 0 ? part.length : size - cutter.unused);
      }, 0);
    };
    return { choice: choose(auto, total, sizeWith, () => isEven(parts)) };
  }

  /** Makes `#out` large enough for `room` bytes behind the `used` ones, which stay. */
  #reserve(used: number, room: number): void {
    if (used + room <= this.#out.length) return;
    const larger = new Uint8Array(Math.max(used + room, 2 * this.#out.length));
    larger.set(this.#out.subarray(0, used));
    this.#out = larger;
  }
}
