import { Algorithm } from "@erofs/compressor";
import type { Compressor } from "@erofs/compressor";
import { lz4Config } from "./config.ts";
import { createClusterEncoder } from "./encoder.ts";

/** LZ4's fast encoder: a greedy parse. It has no levels. */
export const lz4: Compressor = {
  name: "lz4",
  module: import.meta.url,
  algorithm: Algorithm.lz4,
  createEncoder: (options) =>
    createClusterEncoder(options, (kernels, input, inputEnd, output, capacity) =>
      kernels.encodeFast(input, inputEnd, output, capacity),
    ),
  config: lz4Config,
};
