import { DEVICE_SLOT_SIZE } from "@erofs/format";
import { deviceName } from "../devices.ts";
import type { ImageState } from "../image-state.ts";
import type { FaultList } from "./report.ts";

/**
 * Checks the device table against the devices that are given, and that each unified address stands for one block: neither
 * two devices nor the primary image may claim it.
 */
export function checkDevices({ devices, superblock, blockSize }: ImageState, faults: FaultList): void {
  const { slots, sizes } = devices;
  const table = superblock.deviceTableSlot * DEVICE_SLOT_SIZE;
  const add = (id: number, message: string) =>
    faults.add("superblock", "", undefined, message, table + (id - 1) * DEVICE_SLOT_SIZE);
  for (const [i, slot] of slots.entries()) {
    const size = sizes[i + 1];
    const claimed = slot.blockCount * blockSize;
    if (size !== undefined && size < claimed) {
      add(i + 1, `${deviceName(i + 1, slot)} has ${size} bytes, its slot says ${claimed}`);
    }
  }
  const mapped = slots
    .map((slot, i) => ({
      id: i + 1,
      slot,
      start: slot.unifiedBlock,
      end: slot.unifiedBlock + slot.blockCount,
    }))
    .filter(({ start }) => start !== 0)
    .toSorted((a, b) => a.start - b.start);
  let end = superblock.blockCount;
  let before = "the image";
  for (const { id, slot, start, end: ownEnd } of mapped) {
    if (start < end) {
      add(id, `${deviceName(id, slot)} begins at unified block ${start}, where ${before} goes up to ${end}`);
    }
    if (ownEnd <= end) continue;
    end = ownEnd;
    before = deviceName(id, slot);
  }
}
