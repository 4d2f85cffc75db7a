import {
  ChunkFormat,
  DataLayout,
  encodeChunkTable,
  encodeDeviceTable,
  FeatureIncompat,
  NULL_BLOCK,
} from "@erofs/format";
import { HandImage } from "./hand-image.ts";
import { prose } from "./random.ts";

const mode = 0o100644;
const layout = DataLayout.chunkBased;
const TABLE = 1280;

/** An image with two extra devices, and a file of four chunks: one on the first device, a hole, two on the second device. */
export function withDevices() {
  const devices = [prose(4 * 4096, 1), prose(4 * 4096, 2)];
  const image = new HandImage();
  const chunks = [
    { device: 1, block: 1 },
    { device: 0, block: NULL_BLOCK },
    { device: 2, block: 2 },
    { device: 2, block: 3 },
  ];
  const body = encodeChunkTable(chunks, ChunkFormat.indexes);
  const size = 3 * 4096 + 10;
  const file = image.inode({ mode, size, layout, chunkFormat: ChunkFormat.indexes }, { body, align: 8 });
  // Block 100 on of the unified space is the first device, 200 on the second.
  const flat = image.inode({ mode, size: 5000, startBlock: 201 });
  const root = image.directory([
    ["chunks", file, 1],
    ["flat", flat, 1],
  ]);
  const slots = [100, 200].map((unifiedBlock) => ({ tag: "", blockCount: 4, unifiedBlock }));
  const bytes = image.build(
    {
      rootNid: root,
      extraDevices: 2,
      deviceTableSlot: TABLE / 128,
      featureIncompat: FeatureIncompat.chunkedFile | FeatureIncompat.deviceTable,
    },
    { [TABLE]: encodeDeviceTable(slots, false) },
  );
  const [first, second] = devices as [Uint8Array, Uint8Array];
  const content = Buffer.concat([
    first.subarray(4096, 8192),
    Buffer.alloc(4096),
    second.subarray(8192, 12_288),
    second.subarray(12_288, 12_298),
  ]);
  return { bytes, first, second, content };
}
