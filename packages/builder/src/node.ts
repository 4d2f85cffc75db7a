import { availableParallelism } from "node:os";
import type { TreeNode } from "@erofs/tree";
import { buildImage, type BuildSummary } from "./build.ts";
import { type BuildOptions, settle } from "./options.ts";
import { FileSink } from "./node/file-sink.ts";
import { type ClosableExecutor, createExecutor } from "./node/worker-pool.ts";

export { nodeFiles } from "./node/file-access.ts";
export { FileSink } from "./node/file-sink.ts";
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
  /** Threads that `startWorkers` started for these options; they stay open. */
  readonly executor?: ClosableExecutor;
}

/** Starts the threads for builds with these options: while they start, the tree can be read. */
export function startWorkers(options: FileBuildOptions): Promise<ClosableExecutor> {
  const settings = settle(options);
  return createExecutor({
    compressor: settings.compressions[0]?.compressor,
    settings: {
      blockSize: settings.blockSize,
      pclusterSize: settings.compressions[0]?.encoderOptions.maxOutput ?? settings.blockSize,
      encoderOptions: settings.compressions[0]?.encoderOptions,
    },
    workers: options.workers ?? defaultWorkers(settings.compressions.length > 0),
  });
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
    return await buildImage(root, new FileSink(path, options.sync), options, executor);
  } finally {
    if (!options.executor) await executor.close();
  }
}
