import { Algorithm, checkLevel } from "@erofs/compressor";
import type { Compressor } from "@erofs/compressor";
import { lzmaConfig } from "./config.ts";
import { createLzmaEncoder } from "./encoder.ts";
import { DICT_SIZES, extraOptions } from "./options.ts";
import { LEVELS } from "./presets.ts";

/** MicroLZMA with the levels of `mkfs.erofs`: 0 to 9, and 100 to 109, their extreme variants. */
export const lzma: Compressor = {
  name: "lzma",
  module: import.meta.url,
  algorithm: Algorithm.lzma,
  levels: LEVELS,
  dictSizes: DICT_SIZES,
  extraOptions,
  createEncoder: (options) => createLzmaEncoder({ ...options, level: checkLevel(lzma, options.level) }),
  config: lzmaConfig,
};
