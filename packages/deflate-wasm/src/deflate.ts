import { Algorithm, checkLevel } from "@erofs/compressor";
import type { Compressor } from "@erofs/compressor";
import { DICT_SIZES, deflateConfig } from "./config.ts";
import { createClusterEncoder } from "./encoder.ts";
import { LEVELS } from "./levels.ts";

const DEFAULT_LEVEL = 1;

/** DEFLATE. Level 0 stands for the default. */
export const deflate: Compressor = {
  name: "deflate",
  module: import.meta.url,
  algorithm: Algorithm.deflate,
  levels: { min: 0, max: LEVELS.length, default: DEFAULT_LEVEL },
  dictSizes: DICT_SIZES,
  createEncoder(options) {
    const level = checkLevel(deflate, options.level) || DEFAULT_LEVEL;
    return createClusterEncoder(options, LEVELS[level - 1]!);
  },
  config: deflateConfig,
};
