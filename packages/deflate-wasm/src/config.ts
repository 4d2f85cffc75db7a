import type { Compressor } from "@erofs/compressor";

/** The window in bytes: the format's largest, and mkfs.erofs' choice for any cluster size. */
export const DICT_SIZES = { min: 256, max: 32768 } as const;

/**
 * The DEFLATE record of the compression configurations (kernel: `struct z_erofs_deflate_cfgs`): u8 `windowbits`,
 * 5 reserved bytes. Readers take it for 15 whatever it says.
 */
export const deflateConfig: Compressor["config"] = ({ dictSize = DICT_SIZES.max }) => {
  const record = new Uint8Array(6);
  record[0] = Math.ceil(Math.log2(dictSize));
  return record;
};
