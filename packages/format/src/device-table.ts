import { type ByteString, fromBytes, writeBytes } from "./byte-string.ts";
import { BLOCK_NUMBER_LIMIT } from "./constants.ts";
import { BuildError, CorruptImage } from "./errors.ts";
import { load16, load32, store16, store32 } from "./little-endian.ts";

/** `struct erofs_deviceslot`: one extra device. Slot k stands for device id k + 1. */
export interface DeviceSlot {
  /** Up to 64 bytes that identify the device to people or tools; may be empty. */
  readonly tag: ByteString;
  /** Blocks of the device. */
  readonly blockCount: number;
  /** `uniaddr`: its first block among those of all devices in a row; 0 = not among them. */
  readonly unifiedBlock: number;
}

/** Bytes of a slot; the table stands at a multiple of it. */
export const DEVICE_SLOT_SIZE = 128;

const TAG_SIZE = 64;
const HIGH_UNIT = 0x1_0000_0000;

/**
 * Reads the device table.
 * @param bit48 whether the image has `FeatureIncompat.bit48`: else the high halves mean nothing
 * @throws CorruptImage if `bytes` are too short
 */
export function decodeDeviceTable(bytes: Uint8Array, count: number, bit48: boolean): DeviceSlot[] {
  if (bytes.length < count * DEVICE_SLOT_SIZE) {
    throw new CorruptImage(
      `device table of ${bytes.length} bytes, expected ${count * DEVICE_SLOT_SIZE} for ${count} devices`,
    );
  }
  const slots: DeviceSlot[] = [];
  for (let at = 0; at < count * DEVICE_SLOT_SIZE; at += DEVICE_SLOT_SIZE) {
    slots.push({
      tag: fromBytes(bytes.subarray(at, at + TAG_SIZE)).replace(/\0[^]*$/, ""),
      blockCount: load32(bytes, at + 64) + (bit48 ? load16(bytes, at + 72) * HIGH_UNIT : 0),
      unifiedBlock: load32(bytes, at + 68) + (bit48 ? load16(bytes, at + 74) * HIGH_UNIT : 0),
    });
  }
  return slots;
}

/**
 * Writes the device table.
 * @throws BuildError for a tag above 64 bytes, or numbers above 32 bits (48 with `bit48`)
 */
export function encodeDeviceTable(slots: readonly DeviceSlot[], bit48: boolean): Uint8Array {
  const bytes = new Uint8Array(slots.length * DEVICE_SLOT_SIZE);
  const limit = bit48 ? BLOCK_NUMBER_LIMIT : HIGH_UNIT;
  let at = 0;
  for (const { tag, blockCount, unifiedBlock } of slots) {
    if (tag.length > TAG_SIZE)
      throw new BuildError(`device tag of ${tag.length} bytes, expected at most ${TAG_SIZE}`);
    for (const value of [blockCount, unifiedBlock]) {
      if (!(Number.isSafeInteger(value) && value >= 0 && value < limit)) {
        throw new BuildError(`device slot with block number ${value}, expected below ${limit}`);
      }
    }
    writeBytes(tag, bytes, at);
    store32(bytes, at + 64, blockCount);
    store32(bytes, at + 68, unifiedBlock);
    store16(bytes, at + 72, Math.floor(blockCount / HIGH_UNIT));
    store16(bytes, at + 74, Math.floor(unifiedBlock / HIGH_UNIT));
    at += DEVICE_SLOT_SIZE;
  }
  return bytes;
}
