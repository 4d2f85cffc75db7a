import { availableParallelism } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type ByteString, type Inode, toText, typeOfMode, FileType } from "@erofs/format";
import type { SyncImage } from "@erofs/reader";
import { type FailureRecord, describeFailure, errorOf } from "./failure.ts";
import { type BatchResult, FileWriter } from "./file-writer.ts";
import { NodeWriter } from "./node-writer.ts";
import type { ExtractOptions, ExtractStats, Warning } from "./options.ts";
import { type PlanStep, planExtraction } from "./plan.ts";
import { prepareTarget } from "./target.ts";
import { type SharedBatch, claim, shareBatch } from "./thread-protocol.ts";
import { Threads } from "./threads.ts";

const MOST_THREADS = 8;
/** Below both, starting threads takes longer than it saves. */
const INODES_FOR_THREADS = 2000;
const BYTES_FOR_THREADS = 64 << 20;

/**
 * Extracts an image, or a part of it, into a directory: all kinds of files, permissions, times to the nanosecond,
 * extended attributes, hard links, holes; owners when this runs as root.
 *
 * Nothing is written outside of the target, whatever names and symlinks the image has: directories are made or
 * checked one by one, files are created where nothing is, and no symlink in the target is followed. Somebody else who
 * may write in the target meanwhile can still interfere.
 *
 * @throws (rejects with) the first error, unless `onError` takes them: `ErofsError` with an errno's name as its code and
 *   the path in the image. What was extracted until then stays; a file that could not be written whole does not.
 */
export async function extract(image: SyncImage, options: ExtractOptions): Promise<ExtractStats> {
  return new Extraction(image, options).run();
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
    // The first step may find that a path is not there: before anything is made.
    const plan = planExtraction(image, this.#options);
    let step = plan.next();
    const settings = prepareTarget(this.#options);
    const files = new FileWriter(image, settings);
    const nodes = new NodeWriter(image, settings, (warning) => this.#warn(warning));
    const { imageFile } = this.#options;
    const others = this.#threadCount() - 1;
    const threads =
      imageFile === undefined || others < 1
        ? undefined
        : new Threads(others, { imageFile, settings, stop: this.#stop }, (result) => this.#count(result));
    try {
      const batches: SharedBatch[] = [];
      const directories: { path: ByteString; node: Inode }[] = [];
      const later: Extract<PlanStep, { kind: "node" | "link" }>[] = [];
      for (; !step.done; step = plan.next()) {
        const { value } = step;
        if (value.kind === "files") {
          const shared = shareBatch({
            groups: value.batch.groups.filter((group) => !this.#failed.has(group.directory)),
          });
          batches.push(shared);
          threads?.add(shared);
        } else if (value.kind === "directory") {
          if (this.#isLost(value.path)) continue;
          this.#attempt(value.path, () => nodes.makeDirectory(value.path));
          directories.push(value);
        } else {
          later.push(value);
        }
      }
      // Not awaited yet: an error of a thread must not count as unhandled while this one still works.
      const ended = threads?.finish().then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      const stopped = (): boolean => Atomics.load(this.#stopCell, 0) !== 0;
      for (const shared of batches) {
        if (!claim(shared)) continue;
        this.#count(files.writeBatch(shared.batch, stopped));
        // So that results of other threads are heard, and signals.
        await nextTurn();
      }
      const failure = await ended;
      if (failure !== undefined) throw failure.error;
      for (const value of later) this.#makeLater(value, nodes);
      for (const { path, node } of directories.toReversed()) this.#finishDirectory(path, node, nodes);
    } catch (error) {
      Atomics.store(this.#stopCell, 0, 1);
      await threads?.finish().catch(() => undefined);
      throw error;
    }
    return this.#stats;
  }

  #threadCount(): number {
    const { superblock, blockSize } = this.#image;
    const wanted = Math.floor(this.#options.workers ?? Math.min(availableParallelism(), MOST_THREADS));
    const large =
      superblock.inodeCount >= INODES_FOR_THREADS || superblock.blockCount * blockSize >= BYTES_FOR_THREADS;
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
  #makeLater(step: Extract<PlanStep, { kind: "node" | "link" }>, nodes: NodeWriter): void {
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
