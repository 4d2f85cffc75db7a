import type { EncoderOptions } from "@erofs/compressor";

/** log2 of the windows that readers take (kernel: `Z_EROFS_ZSTD_MAX_DICT_SIZE`). */
export const WINDOW_LOG = { min: 10, max: 20 } as const;

/**
 * log2 of the window: what `dictSize` says, rounded up; without it eight times the cluster, as mkfs.erofs does.
 * @throws RangeError when it is out of range
 */
export function windowLogOf({ dictSize, maxOutput }: Pick<EncoderOptions, "dictSize" | "maxOutput">): number {
  if (dictSize === undefined) {
    const log = 31 - Math.clz32(Math.min(maxOutput, 1 << WINDOW_LOG.max) * 8);
    return Math.min(WINDOW_LOG.max, Math.max(WINDOW_LOG.min, log));
  }
  const [min, max] = [1 << WINDOW_LOG.min, 1 << WINDOW_LOG.max];
  if (!Number.isInteger(dictSize) || dictSize < min || dictSize > max) {
    throw new RangeError(`dictSize ${dictSize} is not between ${min} and ${max}`);
  }
  return 32 - Math.clz32(dictSize - 1);
}

/**
 * The Zstandard record of the compression configurations (kernel: `struct z_erofs_zstd_cfgs`): u8 format (0), u8
 * log2 of the window less 10, 4 reserved bytes.
 */
export function zstdConfig(options: Pick<EncoderOptions, "dictSize" | "maxOutput">): Uint8Array {
  const record = new Uint8Array(6);
  record[1] = windowLogOf(options) - WINDOW_LOG.min;
  return record;
}
