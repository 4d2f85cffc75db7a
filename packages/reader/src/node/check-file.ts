import { availableParallelism } from "node:os";
import { Algorithm, algorithmsOf } from "@erofs/format";
import { type CheckOptions, contentOnTheWay, TreeCheck } from "../check/check.ts";
import { PART_BYTES } from "../check/check-content.ts";
import type { CheckReport } from "../check/report.ts";
import type { ImageState } from "../image-state.ts";
import { openState } from "../open-state.ts";
import { runSync } from "../reading.ts";
import { canHaveThreads } from "./check-threads.ts";
import { closeFiles, type ImageFile, type OpenFiles, openFiles, sourcesOf } from "./image-files.ts";
import { runInTurns } from "./in-turns.ts";
import { type NamedCompressor, pluginsFor } from "./plugins.ts";
import { checkInThreads } from "./threaded-check.ts";

export interface CheckFileOptions extends CheckOptions {
  /**
   * Threads, this one included. The default is as many as there are processors, but no more than have something to do
   * for longer than they take to start.
   */
  readonly workers?: number | undefined;
  /**
   * Those whose decoders are among `decoders`; what has `name` and `module` of a `Compressor`. Threads import the
   * modules. A decoder whose compressor is missing here, or has no module, leaves all work to one thread.
   */
  readonly compressors?: readonly NamedCompressor[] | undefined;
}

/**
 * Of an image, what takes a thread longer than another one takes to start and to have its code compiled: 220 MiB of LZ4 are
 * checked in 1.5 s by one thread and in 1.9 s by two, of Zstandard in 1.8 and 2.0 s. Inodes do not count: the walk reads
 * them all.
 */
const BYTES_PER_THREAD = 512 << 20;
/** The same where LZMA or a plugin's algorithm may be at work: decoding takes up to 20 times as long. */
const SLOW_BYTES_PER_THREAD = 8 << 20;
const QUICK_ALGORITHMS = (1 << Algorithm.lz4) | (1 << Algorithm.deflate) | (1 << Algorithm.zstd);

/**
 * Checks the image in a file as `checkSync` does, but on all processors: this thread walks the tree, all of them read and
 * decode the content of files. In between, timers and signals are heard; what `onProgress` throws ends the check.
 *
 * The report is that of `checkSync`, whatever the number of threads, but for images that are made to mislead: where files
 * claim far more than the image holds, it depends on who was faster which of them are no longer read, and where the
 * records of encoded extents are out of order, on where parts of a file begin which of the faults are found.
 * @throws (rejects with) CorruptImage, UnsupportedFeature when the superblock cannot be used; the files' errors;
 * ErofsError ENOMEM or ECHILD when a thread dies
 */
export function checkFile(file: ImageFile, options: CheckFileOptions = {}): Promise<CheckReport> {
  return checkInParts(file, options, PART_BYTES);
}

/** The same, with large files in parts of `partBytes`. */
export async function checkInParts(
  file: ImageFile,
  options: CheckFileOptions,
  partBytes: number,
): Promise<CheckReport> {
  const files = openFiles(file);
  try {
    return await checkOpenFiles(files, options, partBytes);
  } finally {
    closeFiles(files);
  }
}

async function checkOpenFiles(
  files: OpenFiles,
  options: CheckFileOptions,
  partBytes: number,
): Promise<CheckReport> {
  const sources = sourcesOf(files);
  const sizes = sources.map(({ size }) => size);
  const image = runSync(openState(sizes, { ...options, verifyChecksum: false }), sources);
  const plugins = pluginsFor(options.decoders ?? [], options.compressors ?? []);
  const threads = options.readData === false ? 1 : threadCount(image, options.workers);
  if (threads > 1 && plugins !== undefined && canHaveThreads()) {
    return checkInThreads({ image, files, sources, plugins, options, threads, partBytes });
  }
  const checking = new TreeCheck(image, options, (faults, onBytes) =>
    contentOnTheWay(image, faults, onBytes, partBytes),
  );
  await runInTurns(checking.run(), sources);
  return checking.report();
}

function threadCount({ superblock, blockSize }: ImageState, workers: number | undefined): number {
  if (workers !== undefined) return Math.floor(workers);
  const isQuick = (algorithmsOf(superblock) & ~QUICK_ALGORITHMS) === 0;
  const worthwhile =
    (superblock.blockCount * blockSize) / (isQuick ? BYTES_PER_THREAD : SLOW_BYTES_PER_THREAD);
  return Math.min(availableParallelism(), Math.floor(worthwhile));
}
