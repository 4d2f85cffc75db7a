import { CorruptImage, deviceIdMask, type DeviceSlot, ErofsError, nidText, toText } from "@erofs/format";

/** A place on one of the sources. */
export interface DevicePlace {
  readonly device: number;
  readonly offset: number;
}

/**
 * From addresses in block space, as inodes hold them, to places on sources.
 * With the extra devices given, each address goes to its own; with none given, all are expected behind the primary
 * image in one file, each at its unified address.
 */
export interface DeviceMap {
  /** Bytes of each source; 0 is the primary image. */
  readonly sizes: readonly number[];
  readonly slots: readonly DeviceSlot[];
  /** What is to be kept of a stored device id. */
  readonly idMask: number;
  /** @throws CorruptImage for a device that the table does not have, ErofsError ENODEV for one that is missing */
  resolve(deviceId: number, position: number): DevicePlace;
}

/** A device in words, by its id and what its slot says: `device 1 (tag abc)`. */
export function deviceName(id: number, { tag }: DeviceSlot): string {
  return tag === "" ? `device ${id} (without a tag)` : `device ${id} (tag ${toText(tag)})`;
}

/**
 * Whether all extra devices are behind the primary image of `size` bytes, in one file with it, each where its slot says.
 */
export function isFlat(size: number, slots: readonly DeviceSlot[], blockSize: number): boolean {
  return slots.every(
    ({ unifiedBlock, blockCount }) => unifiedBlock !== 0 && (unifiedBlock + blockCount) * blockSize <= size,
  );
}

/**
 * @param sizes bytes of the sources that were given, the primary image first
 * @throws ErofsError EINVAL when extra devices are given, but not as many as the table has
 */
export function createDeviceMap(
  sizes: readonly number[],
  slots: readonly DeviceSlot[],
  blockSize: number,
): DeviceMap {
  const given = sizes.length - 1;
  if (given > 0 && given !== slots.length) {
    throw new ErofsError(
      "EINVAL",
      `${given} extra devices given, the image's device table has ${slots.length}`,
    );
  }

  function resolve(deviceId: number, position: number): DevicePlace {
    if (deviceId > 0) {
      const slot = slots[deviceId - 1];
      if (slot === undefined)
        throw new CorruptImage(`device id ${deviceId}, the device table has ${slots.length}`);
      if (given > 0) return { device: deviceId, offset: position };
      const offset = slot.unifiedBlock * blockSize + position;
      if (slot.unifiedBlock === 0 || offset >= (sizes[0] as number)) {
        throw new ErofsError("ENODEV", `data stands on ${deviceName(deviceId, slot)}, which was not given`);
      }
      return { device: 0, offset };
    }
    if (given > 0) {
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i] as DeviceSlot;
        const start = slot.unifiedBlock * blockSize;
        if (start !== 0 && position >= start && position < start + slot.blockCount * blockSize) {
          return { device: i + 1, offset: position - start };
        }
      }
    }
    return { device: 0, offset: position };
  }

  return { sizes, slots, idMask: deviceIdMask(slots.length), resolve };
}

/** @throws CorruptImage for a range that does not lie wholly on its device */
export function checkRange(
  devices: DeviceMap,
  device: number,
  offset: number,
  length: number,
  nid: number,
): void {
  const size = devices.sizes[device] as number;
  if (offset + length <= size) return;
  throw new CorruptImage(
    `inode ${nidText(nid)}: its data at ${offset}, ${length} bytes, lie beyond the end of device ${device}, ${size} bytes`,
    { nid, offset },
  );
}
