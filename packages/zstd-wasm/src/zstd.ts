import { Algorithm, checkLevel } from "@erofs/compressor";
import type { Compressor } from "@erofs/compressor";
import { WINDOW_LOG, zstdConfig } from "./config.ts";
import { createClusterEncoder } from "./encoder.ts";
import { settingsOf } from "./levels.ts";

const DEFAULT_LEVEL = 3;

/** Zstandard, levels 1 to 22; level 0 stands for the default. */
export const zstd: Compressor = {
  name: "zstd",
  module: import.meta.url,
  algorithm: Algorithm.zstd,
  levels: { min: 0, max: 22, default: DEFAULT_LEVEL },
  dictSizes: { min: 1 << WINDOW_LOG.min, max: 1 << WINDOW_LOG.max },
  createEncoder: (options) =>
    createClusterEncoder(
      options,
      settingsOf(checkLevel(zstd, options.level) || DEFAULT_LEVEL, options.maxOutput),
    ),
  config: zstdConfig,
};
