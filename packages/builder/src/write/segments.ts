import { Algorithm } from "@erofs/compressor";
import { Choice } from "../execute/jobs.ts";
import type { Settings } from "../options.ts";

/**
 * A file is compressed in segments, each apart from the others, so that one large file occupies all workers. What a
 * segment loses at its end is half a block: 0.06 % of what 8 MiB shrink to.
 */
const largest = 8 << 20;
/** Towards the end of a build segments shrink, or workers would wait for the last one: a 32nd of what is left. */
const shareOfRest = 32;
const unit = 1 << 20;
/** Some 0.1 s of work each: a megabyte takes an encoder of LZ4 10 to 100 ms, others 100 ms to 1 s. */
const smallest = { lz4: 4 << 20, others: 2 << 20 };
/** Shorter ones would fill too few clusters to be cut well. */
const clusters = 16;

/**
 * How long the next segment of a file is, whose compression is `choice`, when `rest` bytes of the build are left to
 * be compressed. It depends on the tree and the settings alone.
 */
export function segmentSize(choice: number, rest: number, settings: Settings): number {
  const all = settings.compressions;
  const used =
    choice === Choice.auto
      ? settings.auto!.candidates.map((i) => all[i]!)
      : choice < all.length
        ? [all[choice]!]
        : [];
  let least = smallest.lz4;
  let cluster = 0;
  for (const { compressor, encoderOptions } of used) {
    if (compressor.algorithm !== Algorithm.lz4) least = smallest.others;
    cluster = Math.max(cluster, encoderOptions.maxOutput);
  }
  const share = Math.floor(rest / shareOfRest / unit) * unit;
  return Math.min(largest, Math.max(least, clusters * cluster, share));
}
