import { availableParallelism } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  Algorithm,
  algorithmsOf,
  type ByteString,
  FileType,
  type Inode,
  toText,
  typeOfMode,
} from "@erofs/format";
import type { SyncImage } from "@erofs/reader";
import type { ThreadGroup } from "@erofs/reader/node";
import { type FailureRecord, describeFailure, errorOf } from "./failure.ts";
import type { BatchResult } from "./batch-result.ts";
import { FileWriter } from "./file-writer.ts";
import { LargeFileWriter } from "./large-file-writer.ts";
import { NodeWriter } from "./node-writer.ts";
import type { ExtractOptions, ExtractStats, Warning } from "./options.ts";
import { type PlanStep, planExtraction } from "./plan.ts";
import { pluginsFor } from "./plugins.ts";
import type { WriteSettings } from "./settings.ts";
import { prepareTarget } from "./target.ts";
import { shareFile } from "./shared-file.ts";
import { type SharedWork, claim, shareBatch } from "./thread-protocol.ts";
import { startThreads } from "./threads.ts";

type Threads = ThreadGroup<SharedWork, BatchResult>;

const MOST_THREADS = 8;
/** Below both, starting threads takes longer than it saves. */
const INODES_FOR_THREADS = 2000;
const BYTES_FOR_THREADS = 64 << 20;
/** The same for images that may have another algorithm than LZ4: decoding takes up to 20 times as long. */
const SLOW_BYTES_FOR_THREADS = 8 << 20;

/**
 * Extracts an image, or a part of it, into a directory: all kinds of files, permissions, times to the nanosecond,
 * extended attributes, hard links, holes; owners when this runs as root.
 *
 * Nothing is written outside of the target, whatever names and symlinks the image has: directories are made or
 * checked one by one, files are created where nothing is, and no symlink in the target is followed. Somebody else who
 * may write in the target meanwhile can still interfere.
 *
 * @throws (rejects with) the first error, unless `onError` takes them: `ErofsError` with an errno's name as its code and
 *   the path in the image; ECHILD when a thread died, or ENOMEM when it used up its memory. What was extracted until then
 *   stays; a file that could not be written whole does not, but where its thread died.
 */
export async function extract(image: SyncImage, options: ExtractOptions): Promise<ExtractStats> {
  return new Extraction(image, options).run();
}

type DirectoryStep = Extract<PlanStep, { kind: "directory" }>;
type LaterStep = Extract<PlanStep, { kind: "node" | "link" }>;

/** The plan's steps, by when they come. */
interface Planned {
  readonly work: SharedWork[];
  readonly directories: DirectoryStep[];
  readonly later: LaterStep[];
}

class Extraction {
  readonly #image: SyncImage;
  readonly #options: ExtractOptions;
  readonly #stop = new SharedArrayBuffer(4);
  readonly #stopCell = new Int32Array(this.#stop);
  /** Paths of what could not be extracted, and why. */
  readonly #failed = new Map<ByteString, FailureRecord>();
  readonly #stats: ExtractStats = {
    files: 0,
    directories: 0,
    symlinks: 0,
    specials: 0,
    hardLinks: 0,
    bytes: 0,
    errors: 0,
    warnings: 0,
  };

  constructor(image: SyncImage, options: ExtractOptions) {
    this.#image = image;
    this.#options = options;
  }

  async run(): Promise<ExtractStats> {
    const image = this.#image;
    const plan = planExtraction(image, this.#options);
    // The first step may find that a path is not there: before anything is made.
    const first = plan.next();
    const settings = prepareTarget(this.#options);
    const nodes = new NodeWriter(image, settings, (warning) => this.#warn(warning));
    const threads = this.#startThreads(settings);
    try {
      const planned: Planned = { work: [], directories: [], later: [] };
      for (let step = first; !step.done; step = plan.next()) {
        this.#takeStep(step.value, planned, nodes, threads);
      }
      await this.#writeFiles(planned.work, settings, threads);
      for (const step of planned.later) this.#makeLater(step, nodes);
      for (const { path, node } of planned.directories.toReversed()) this.#finishDirectory(path, node, nodes);
    } catch (error) {
      Atomics.store(this.#stopCell, 0, 1);
      await threads?.finish().catch(() => undefined);
      throw error;
    }
    return this.#stats;
  }

  /** Threads beside this one, if they pay. */
  #startThreads(settings: WriteSettings): Threads | undefined {
    const { imageFile, compressors } = this.#options;
    const plugins = pluginsFor(this.#image, compressors);
    const others = this.#threadCount() - 1;
    if (imageFile === undefined || plugins === undefined || others < 1) return undefined;
    const data = { imageFile, plugins, settings, stop: this.#stop };
    return startThreads(others, data, (result) => this.#count(result));
  }

  /** Makes directories at once, hands files to the threads, and leaves the rest for later. */
  #takeStep(step: PlanStep, planned: Planned, nodes: NodeWriter, threads: Threads | undefined): void {
    if (step.kind === "files") {
      const groups = step.batch.groups.filter((group) => !this.#failed.has(group.directory));
      this.#share(shareBatch({ groups }), planned, threads);
    } else if (step.kind === "large") {
      if (!this.#isLost(step.file.path)) this.#share(shareFile(step.file), planned, threads);
    } else if (step.kind !== "directory") {
      planned.later.push(step);
    } else if (!this.#isLost(step.path)) {
      this.#attempt(step.path, () => nodes.makeDirectory(step.path));
      planned.directories.push(step);
    }
  }

  #share(work: SharedWork, planned: Planned, threads: Threads | undefined): void {
    planned.work.push(work);
    threads?.add(work);
  }

  /** Writes what the threads have not claimed, joins them at large files, and waits for them. */
  async #writeFiles(
    planned: readonly SharedWork[],
    settings: WriteSettings,
    threads: Threads | undefined,
  ): Promise<void> {
    const files = new FileWriter(this.#image, settings);
    const largeFiles = new LargeFileWriter(this.#image, settings);
    // Not awaited yet: an error of a thread must not count as unhandled while this one still works.
    const ended = threads?.finish().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const stopped = (): boolean => Atomics.load(this.#stopCell, 0) !== 0;
    for (const work of planned) {
      if ("file" in work) {
        const parts = largeFiles.write(work, stopped);
        let part = parts.next();
        for (; part.done !== true; part = parts.next()) await nextTurn();
        if (part.value !== undefined) this.#count(part.value);
        continue;
      }
      if (!claim(work)) continue;
      this.#count(files.writeBatch(work.batch, stopped));
      // So that results of other threads are heard, and signals.
      await nextTurn();
    }
    const failure = await ended;
    if (failure !== undefined) throw failure.error;
  }

  #threadCount(): number {
    const { superblock, blockSize } = this.#image;
    const wanted = Math.floor(this.#options.workers ?? Math.min(availableParallelism(), MOST_THREADS));
    const isQuick = (algorithmsOf(superblock) & ~(1 << Algorithm.lz4)) === 0;
    const large =
      superblock.inodeCount >= INODES_FOR_THREADS ||
      superblock.blockCount * blockSize >= (isQuick ? BYTES_FOR_THREADS : SLOW_BYTES_FOR_THREADS);
    return large || this.#options.workers !== undefined ? Math.max(1, wanted) : 1;
  }

  /**
   * Whether something is in a directory that could not be made, which has been reported. There may be a symlink in
   * its place, so nothing below it must be tried.
   */
  #isLost(path: ByteString): boolean {
    if (path === "") return false;
    const slash = path.lastIndexOf("/");
    const failure = this.#failed.get(slash < 0 ? "" : path.slice(0, slash));
    if (failure !== undefined) this.#failed.set(path, failure);
    return failure !== undefined;
  }

  /** Symlinks come after all regular files, so that none can be written through one. */
  #makeLater(step: LaterStep, nodes: NodeWriter): void {
    const { path } = step;
    if (this.#isLost(path)) return;
    if (step.kind === "node") {
      if (!this.#attempt(path, () => nodes.makeNode(path, step.node))) return;
      if (typeOfMode(step.node.mode) === FileType.symlink) this.#stats.symlinks++;
      else this.#stats.specials++;
      return;
    }
    const failure = this.#failed.get(step.first);
    if (failure !== undefined) {
      const message = `${toText(path)}: ${toText(step.first)}, which it is a link to, could not be extracted`;
      this.#fail({ ...failure, path, message });
    } else if (this.#attempt(path, () => nodes.makeLink(path, step.first))) {
      this.#stats.hardLinks++;
    }
  }

  #finishDirectory(path: ByteString, node: Inode, nodes: NodeWriter): void {
    if (this.#failed.has(path)) return;
    // The target itself is the image's root only if all of the image is extracted.
    const isPart = this.#options.paths !== undefined || this.#options.match !== undefined;
    if (path === "" && isPart) return;
    if (this.#attempt(path, () => nodes.finishDirectory(path, node))) this.#stats.directories++;
  }

  /** Whether it worked. */
  #attempt(path: ByteString, run: () => void): boolean {
    try {
      run();
      return true;
    } catch (error) {
      this.#fail(describeFailure(error, path));
      return false;
    }
  }

  #count(result: BatchResult): void {
    this.#stats.files += result.files;
    this.#stats.bytes += result.bytes;
    for (const warning of result.warnings) this.#warn(warning);
    for (const failure of result.failures) this.#fail(failure);
    this.#options.onProgress?.(this.#stats.files, this.#stats.bytes);
  }

  #fail(failure: FailureRecord): void {
    this.#stats.errors++;
    this.#failed.set(failure.path, failure);
    const error = errorOf(failure);
    if (this.#options.onError === undefined) throw error;
    this.#options.onError(error);
  }

  #warn(warning: Warning): void {
    this.#stats.warnings++;
    this.#options.onWarning?.(warning);
  }
}
