import { choose, isEven } from "./choose.ts";
import { cutChunks } from "./cut-chunks.ts";
import { type ExtentPairs, indexSize, type Run } from "./cluster-cutter.ts";
import { CompressorFailure } from "./compressor-failure.ts";
import type { Cutters, WorkSettings } from "./cutters.ts";
import type { FileAccess } from "./file-access.ts";
import {
  Choice,
  type ChooseJob,
  type ChooseResult,
  type ChunkResult,
  type CompressJob,
  type CompressResult,
  type DigestJob,
  type DigestResult,
  type FillJob,
  type FillResult,
  type Job,
  type ResultOf,
  RunEnd,
  type SliceJob,
  type SliceResult,
} from "./jobs.ts";
import { forEachPiece, type Piece, type Pieces, totalLength } from "./pieces.ts";
import type { Platform } from "./platform.ts";
import { concatenatedDigests, type CreateSha256, portableSha256 } from "./sha256.ts";
import { sliceLengths } from "./slice-lengths.ts";
import type { Watch } from "./watch.ts";

/** What a job is to the thread that does it: functions stay behind. */
export type Work<J extends Job = Job> = J extends Job ? Omit<J, "pathOf"> : never;

/** Bytes that are read and digested at a time. */
const digestStep = 1 << 20;

/** What became of a run. */
interface Cut {
  /** The compression that was used, or `Choice.none`. */
  readonly choice: number;
  /** Bytes of its blocks. */
  readonly size: number;
  readonly tailSize: number;
  /** See `ClusterCutter.fragment`. */
  readonly fragment: Uint8Array | undefined;
  /** See `ClusterCutter.fragmentCost`, 0 where there is no fragment. */
  readonly fragmentCost: number;
}

/** Runs jobs on this thread. Owns memory that serves one job after the other. */
export class JobRunner {
  readonly #files: FileAccess | undefined;
  readonly #createSha256: CreateSha256;
  readonly #settings: WorkSettings;
  readonly #cutters: Cutters;
  readonly #watch: Watch;
  #out = new Uint8Array(0);
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    { files, createSha256 = portableSha256 }: Platform,
    settings: WorkSettings,
    cutters: Cutters,
    watch: Watch,
  ) {
    this.#files = files;
    this.#createSha256 = createSha256;
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

  #do(
    job: Work,
  ): FillResult | DigestResult | SliceResult | ChunkResult | Promise<CompressResult | ChooseResult> {
    switch (job.kind) {
      case "chunk":
        return cutChunks(job, this.#files, this.#createSha256);
      case "digest":
        return this.#digest(job);
      case "slice":
        return this.#slice(job);
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

  #digest(job: Work<DigestJob>): DigestResult {
    const digests: Uint8Array[] = [];
    this.#reserve(0, digestStep);
    forEachPiece(job.pieces, this.#files, ({ length, read }) => {
      const hash = this.#createSha256();
      for (let done = 0; done < length; done += digestStep) {
        const part = this.#out.subarray(0, Math.min(digestStep, length - done));
        read(part, done);
        hash.update(part);
      }
      digests.push(hash.digest());
    });
    return { bytes: concatenatedDigests(digests) };
  }

  #slice(job: Work<SliceJob>): SliceResult {
    const counts: number[] = [];
    const lengths: number[] = [];
    const digests: Uint8Array[] = [];
    forEachPiece(job.pieces, this.#files, ({ length, read }) => {
      this.#reserve(0, length);
      const bytes = this.#out.subarray(0, length);
      read(bytes, 0);
      const own = sliceLengths(bytes, job.sliceBits);
      counts.push(own.length);
      let start = 0;
      for (const size of own) {
        lengths.push(size);
        digests.push(
          this.#createSha256()
            .update(bytes.subarray(start, start + size))
            .digest(),
        );
        start += size;
      }
    });
    return {
      counts: Uint32Array.from(counts),
      lengths: Uint32Array.from(lengths),
      bytes: concatenatedDigests(digests),
    };
  }

  async #compress(job: Work<CompressJob>): Promise<CompressResult> {
    const { candidates } = this.#settings.auto ?? { candidates: [] };
    await this.#prepare(job.choices, candidates);
    const cuts: Cut[] = [];
    const fragmentSizes: number[] = [];
    const digests: Uint8Array[] = [];
    const extentCounts: number[] = [];
    const extents: ExtentPairs = [];
    let position = 0;
    const take = (length: number, read: Piece["read"]) => {
      const i = cuts.length;
      const before = extents.length;
      const requested = job.choices[i]!;
      const { interlaced = false } = job;
      const run: Run = { length, read, end: job.ends[i] as RunEnd, interlaced };
      const cut =
        requested === Choice.auto
          ? this.#cutBest(run, position, extents)
          : this.#cut(requested, run, position, extents);
      cuts.push(cut);
      fragmentSizes.push(cut.fragment?.length ?? 0);
      if (cut.fragment?.length) digests.push(this.#createSha256().update(cut.fragment).digest());
      extentCounts.push((extents.length - before) / 2);
      position += cut.size;
    };
    if (job.joined) {
      const bytes = this.#join(job.pieces);
      take(bytes.length, (target, offset) => target.set(bytes.subarray(offset, offset + target.length)));
    } else {
      forEachPiece(job.pieces, this.#files, ({ length, read }) => {
        this.#watch.piece = cuts.length;
        take(length, read);
      });
    }
    return {
      bytes: this.#out.slice(0, position),
      choices: Uint8Array.from(cuts, ({ choice }) => choice),
      extentCounts: Uint32Array.from(extentCounts),
      extents: Uint32Array.from(extents),
      tailSizes: Uint32Array.from(cuts, ({ tailSize }) => tailSize),
      fragmentSizes: Uint32Array.from(fragmentSizes),
      fragmentDigests: concatenatedDigests(digests),
    };
  }

  /** The bytes of all pieces, one behind the other. */
  #join(pieces: Pieces): Uint8Array {
    const bytes = new Uint8Array(totalLength(pieces));
    let end = 0;
    forEachPiece(pieces, this.#files, ({ length, read }) => {
      read(bytes.subarray(end, end + length), 0);
      end += length;
    });
    return bytes;
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
      const { tailSize, fragment } = cutter;
      const size = blocks > 0 || fragment.length > 0 ? blocks * blockSize : room;
      return {
        choice,
        size,
        tailSize,
        fragment,
        fragmentCost: fragment.length > 0 ? cutter.fragmentCost : 0,
      };
    }
    read(this.#out.subarray(position, position + length), 0);
    this.#out.fill(0, position + length, position + room);
    return { choice, size: room, tailSize: 0, fragment: undefined, fragmentCost: 0 };
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
      const { size, tailSize, fragment, fragmentCost } = cut;
      tried.set(candidate, { cut, extents: own, bytes: this.#out.slice(position, position + size) });
      if (own.length === 0 && !fragment?.length) return length;
      return size - (tailSize > 0 ? blockSize - tailSize : 0) + fragmentCost + indexSize(length, blockSize);
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
        const { size } = this.#cut(
          candidate,
          { length: part.length, read, end: RunEnd.blocks, interlaced: false },
          0,
          extents,
        );
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
