import {
  CorruptImage,
  decodeDeviceTable,
  decodeSuperblock,
  DEVICE_SLOT_SIZE,
  type DeviceSlot,
  FeatureIncompat,
  type Superblock,
  SUPERBLOCK_OFFSET,
  SUPERBLOCK_SIZE,
} from "@erofs/format";
import type { SyncSource } from "@erofs/reader";

import { type ImageOptions, withSources } from "../image/open-image.ts";

/** What has to be known of an image before it is mounted. */
export interface ImageFacts {
  readonly superblock: Superblock;
  /** Bytes from its beginning to the file's end. */
  readonly size: number;
  /** The extra devices. */
  readonly devices: readonly DeviceSlot[];
}

/** Room for a longer superblock's first part. */
const READ_SIZE = SUPERBLOCK_SIZE + 16;

/** Looks at an image in a file, no further than anybody has to: its features may be news to us and none to the kernel. */
export async function imageFacts(
  location: string,
  { offset }: Pick<ImageOptions, "offset">,
): Promise<ImageFacts> {
  return withSources(location, offset === undefined ? {} : { offset }, async ({ kind, source }) => {
    if (kind !== "sync" || source.size < SUPERBLOCK_OFFSET + SUPERBLOCK_SIZE) {
      throw new CorruptImage(`not an EROFS image: ${source.size} bytes`);
    }
    const bytes = new Uint8Array(Math.min(source.size - SUPERBLOCK_OFFSET, READ_SIZE));
    source.read(SUPERBLOCK_OFFSET, bytes);
    const superblock = decodeSuperblock(bytes);
    return { superblock, size: source.size, devices: readDevices(source, superblock) };
  });
}

/** The device table. @throws CorruptImage for one that the file does not have */
function readDevices(source: SyncSource, superblock: Superblock): DeviceSlot[] {
  const { featureIncompat, extraDevices, deviceTableSlot } = superblock;
  if ((featureIncompat & FeatureIncompat.deviceTable) === 0 || extraDevices === 0) return [];
  const start = deviceTableSlot * DEVICE_SLOT_SIZE;
  const bytes = new Uint8Array(Math.max(0, Math.min(extraDevices * DEVICE_SLOT_SIZE, source.size - start)));
  if (bytes.length > 0) source.read(start, bytes);
  return decodeDeviceTable(bytes, extraDevices, (featureIncompat & FeatureIncompat.bit48) !== 0);
}
