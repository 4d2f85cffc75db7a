import { Algorithm, checkLevel } from "@erofs/compressor";
import type { Compressor } from "@erofs/compressor";
import { lz4Config } from "./config.ts";
import { createClusterEncoder } from "./encoder.ts";

const DEFAULT_LEVEL = 9;

/**
 * Candidates looked at for one match, by level from 1 to 12. Clusters of level 3 and above come out no larger than
 * those of liblz4's level of the same number, within 0.05 %.
 */
const ATTEMPTS: readonly number[] = [1, 2, 3, 5, 7, 12, 14, 18, 24, 64, 256, 4096];
/**
 * A match of this length is taken at once: in the lower levels, where small clusters hold few long matches (a limit
 * of 48 makes them 0.15 % larger and a tenth faster), and in the upper ones, where it is the most that the parse takes.
 */
const NICE_LENGTH = { lowerSmall: 48, lower: 1024, upper: 4096 } as const;
/** Clusters up to this size are small. */
const SMALL_CLUSTER = 8192;

function niceLength(level: number, maxOutput: number): number {
  if (level > DEFAULT_LEVEL) return NICE_LENGTH.upper;
  return maxOutput <= SMALL_CLUSTER ? NICE_LENGTH.lowerSmall : NICE_LENGTH.lower;
}

/** LZ4 with an optimal parse: small and slow to make, as fast as any to read. Level 0 stands for the default. */
export const lz4hc: Compressor = {
  name: "lz4hc",
  module: import.meta.url,
  algorithm: Algorithm.lz4,
  levels: { min: 0, max: ATTEMPTS.length, default: DEFAULT_LEVEL },
  createEncoder(options) {
    const level = checkLevel(lz4hc, options.level) || DEFAULT_LEVEL;
    const attempts = ATTEMPTS[level - 1]!;
    const nice = niceLength(level, options.maxOutput);
    return createClusterEncoder(options, (kernels, input, inputEnd, output, capacity) =>
      kernels.encodeOptimal(input, inputEnd, output, capacity, attempts, nice),
    );
  },
  config: lz4Config,
};
