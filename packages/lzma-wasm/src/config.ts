import type { Compressor } from "@erofs/compressor";
import { dictSizeOf } from "./options.ts";

/**
 * The LZMA record of the compression configurations (kernel: `struct z_erofs_lzma_cfgs`): u32 `dict_size`,
 * u16 `format`, which is 0, 8 reserved bytes.
 */
export const lzmaConfig: Compressor["config"] = (options) => {
  const record = new Uint8Array(14);
  new DataView(record.buffer).setUint32(0, dictSizeOf(options), true);
  return record;
};
