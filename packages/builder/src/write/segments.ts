import { Algorithm } from "@erofs/compressor";
import { isPrivate } from "../compression.ts";
import { Choice } from "../execute/jobs.ts";
import type { Settings } from "../options.ts";

/**
 * A file is compressed in segments, each apart from the others, so that one large file occupies all workers. What a
 * segment loses at its end is the rest of its last block, and that its last cluster is a small one: of 8 MiB 0.05 to
 * 0.25 % of what they shrink to, of 4 MiB 0.1 to 0.5 %, of 2 MiB 0.2 to 0.6 %, of 1 MiB 0.5 to 2 %.
 */
const largest = 8 << 20;
/** Towards the end of a build segments shrink, or workers would wait for the last one: a 16th of what is left. */
const shareOfRest = 16;
const unit = 1 << 20;
/** Above 0.1 s of work for LZ4, 0.2 s for DEFLATE and Zstandard; for LZMA, which does 1 to 2 MB/s, and whatever strangers do, 1 s. */
const smallest = 4 << 20;
const smallestSlow = 2 << 20;
/** Shorter ones would have too large a share of small clusters. */
const clusters = 16;

/**
 * How long the next segment of a file is, whose compression is `choice`, when `rest` bytes of the build are left to
 * be compressed. It depends on the tree and the settings alone.
 */
export function segmentSize(choice: number, rest: number, { compressions, auto }: Settings): number {
  const used = choice === Choice.auto ? auto!.candidates : [choice];
  let isSlow = false;
  let cluster = 0;
  for (const index of used) {
    const { compressor, encoderOptions } = compressions[index]!;
    isSlow ||= compressor.algorithm === Algorithm.lzma || isPrivate(compressor.algorithm);
    cluster = Math.max(cluster, encoderOptions.maxOutput);
  }
  const share = Math.floor(rest / shareOfRest / unit) * unit;
  return Math.min(largest, Math.max(isSlow ? smallestSlow : smallest, clusters * cluster, share));
}

/**
 * Small files go together in a job until it has this much to compress: some milliseconds of work. With compressors that
 * take longer a job is smaller, so that none waits long for another.
 */
export function batchSize({ compressions }: Settings): number {
  return compressions.every(({ compressor }) => compressor.algorithm === Algorithm.lz4) ? 1 << 20 : 256 << 10;
}
