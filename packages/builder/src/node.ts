import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { BuildError, type ByteString } from "@erofs/format";
import type { TreeNode } from "@erofs/tree";
import { buildImage, type BuildSummary } from "./build.ts";
import { workSettings } from "./execute/cutters.ts";
import { inProcess } from "./execute/in-process.ts";
import type { Executor } from "./execute/jobs.ts";
import { type BuildOptions, settle } from "./options.ts";
import { FileSink } from "./node/file-sink.ts";
import { nodePlatform } from "./node/platform.ts";
import { nodeSha256 } from "./node/sha256.ts";
import { type ClosableExecutor, WorkerPool } from "./node/worker-pool.ts";
import { BlobSink } from "./sink.ts";
import { HeadStart } from "./write/head-start.ts";

export { nodePlatform };
export { FileSink } from "./node/file-sink.ts";
export type { HeadStart } from "./write/head-start.ts";
export type { ClosableExecutor } from "./node/worker-pool.ts";

export interface FileBuildOptions extends BuildOptions {
  /**
   * Threads beside this one; 0 does all the work on this one. Default: one for each CPU, or one less where nothing
   * is compressed, as writing occupies the last one then.
   */
  readonly workers?: number;
  /**
   * Seconds that a compressor may take for one cluster, or to start, before the build ends with `ETIMEDOUT`. Default 60.
   * Without workers nobody watches.
   */
  readonly pluginTimeout?: number | undefined;
  /** Wait until the image is on the disk before it gets its name. Default true. */
  readonly sync?: boolean;
  /** A file for the chunks of `chunks`, which need no `blob` then. It appears together with the image. */
  readonly blobFile?: string | undefined;
  /** Threads that `startWorkers` started for these options; they stay open. */
  readonly executor?: ClosableExecutor;
  /** What `readTree` began for these options, on the same `executor`. */
  readonly headStart?: HeadStart;
}

/** How long the tree is read, in milliseconds, before workers may hand in results and are given more. */
const timeSlice = 4;

/**
 * Reads a tree by `scan`, such as `scanDirectory` of `@erofs/input-directory`, which shows each directory when it knows
 * its entries; meanwhile `executor` compresses the first files. Rejects with what the scan throws.
 */
export async function readTree<Tree>(
  scan: Iterator<{ readonly path: ByteString; readonly node: TreeNode }, Tree>,
  options: FileBuildOptions,
  executor: Executor,
): Promise<{ readonly tree: Tree; readonly headStart: HeadStart }> {
  const headStart = new HeadStart(options, executor);
  let pause = performance.now() + timeSlice;
  for (let step = scan.next(); ; step = scan.next()) {
    if (step.done) return { tree: step.value, headStart };
    headStart.offer(step.value.path, step.value.node);
    if (performance.now() < pause) continue;
    await setImmediate();
    pause = performance.now() + timeSlice;
  }
}

/**
 * Starts the threads for builds with these options: while they start, the tree can be read. Where a compressor does not
 * say its module, all work is done on this thread.
 */
export async function startWorkers(options: FileBuildOptions): Promise<ClosableExecutor> {
  const settings = settle(options);
  const compressors = settings.compressions.map(({ compressor }) => compressor);
  const { workers = defaultWorkers(compressors.length > 0), pluginTimeout = 60 } = options;
  if (!(pluginTimeout > 0)) throw new BuildError(`plugin timeout ${pluginTimeout}: expected seconds above 0`);
  if (workers > 0 && compressors.every(({ module }) => module !== undefined)) {
    return new WorkerPool({ work: workSettings(settings), compressors, workers, pluginTimeout });
  }
  return { ...(await inProcess(options, nodePlatform)), close: async () => {} };
}

function defaultWorkers(compresses: boolean): number {
  const cpus = availableParallelism();
  return compresses ? cpus : Math.max(1, cpus - 1);
}

/**
 * Builds an image of `root` in the file `path`, which appears, or is replaced, only when the image is complete.
 * Rejects with an `ErofsError`; nothing is left then.
 */
export async function buildImageFile(
  root: TreeNode,
  path: string,
  options: FileBuildOptions = {},
): Promise<BuildSummary> {
  const executor = options.executor ?? (await startWorkers(options));
  try {
    const { sink, chunks } = openSinks(path, options);
    return await buildImage(root, sink, { ...options, chunks }, executor, options.headStart);
  } finally {
    if (!options.executor) await executor.close();
  }
}

/** The file of an image, and the options of its chunks with a file for them where there is to be one. */
function openSinks(
  path: string,
  { chunks, blobFile, sync: durable }: FileBuildOptions,
): { sink: FileSink; chunks: FileBuildOptions["chunks"] } {
  if (blobFile === undefined) return { sink: new FileSink(path, { durable }), chunks };
  if (!chunks) throw new BuildError("a blob device is for chunks: it needs a chunk size");
  const companion = new FileSink(blobFile, { durable });
  try {
    const sink = new FileSink(path, { durable, companion });
    return { sink, chunks: { ...chunks, blob: new BlobSink(companion, nodeSha256) } };
  } catch (error) {
    companion.abort();
    throw error;
  }
}
