import { Algorithm, checkLevel } from "@erofs/compressor";
import type { Compressor } from "@erofs/compressor";
import { lz4Config } from "./config.ts";
import { createClusterEncoder } from "./encoder.ts";

const DEFAULT_LEVEL = 9;

interface Effort {
  /** Candidates looked at for one match. */
  readonly attempts: number;
  /** A match of this length is taken at once. */
  readonly nice: number;
}

/** By level, 1 to 12. The sizes of 3 and above are at most those of liblz4's levels of the same number. */
const EFFORTS: readonly Effort[] = [
  { attempts: 1, nice: 64 },
  { attempts: 3, nice: 64 },
  { attempts: 6, nice: 64 },
  { attempts: 10, nice: 128 },
  { attempts: 16, nice: 256 },
  { attempts: 32, nice: 1024 },
  { attempts: 40, nice: 1024 },
  { attempts: 48, nice: 1024 },
  { attempts: 64, nice: 1024 },
  { attempts: 128, nice: 2048 },
  { attempts: 512, nice: 4096 },
  { attempts: 4096, nice: 4096 },
];

/** LZ4 with an optimal parse: small and slow to make, as fast as any to read. Level 0 stands for the default. */
export const lz4hc: Compressor = {
  name: "lz4hc",
  module: import.meta.url,
  algorithm: Algorithm.lz4,
  levels: { min: 0, max: EFFORTS.length, default: DEFAULT_LEVEL },
  createEncoder(options) {
    const level = checkLevel(lz4hc, options.level) || DEFAULT_LEVEL;
    const { attempts, nice } = EFFORTS[level - 1]!;
    return createClusterEncoder(options, (kernels, input, inputEnd, output, capacity) =>
      kernels.encodeOptimal(input, inputEnd, output, capacity, attempts, nice),
    );
  },
  config: lz4Config,
};
