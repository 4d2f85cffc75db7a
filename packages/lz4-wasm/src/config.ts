import type { Compressor } from "@erofs/compressor";

/** LZ4's farthest match, and that of both encoders. */
const MAX_DISTANCE = 65535;

/**
 * The LZ4 record of the compression configurations (kernel: `struct z_erofs_lz4_cfgs`): u16 `max_distance`,
 * u16 `max_pclusterblks`, 10 reserved bytes.
 */
export const lz4Config: Compressor["config"] = ({ maxOutput, blockSize }) => {
  const record = new Uint8Array(14);
  const view = new DataView(record.buffer);
  view.setUint16(0, MAX_DISTANCE, true);
  view.setUint16(2, Math.max(1, Math.ceil(maxOutput / blockSize)), true);
  return record;
};
