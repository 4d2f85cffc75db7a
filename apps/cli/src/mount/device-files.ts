import { existsSync } from "node:fs";

import {
  DEVICE_SLOT_SIZE,
  type DeviceSlot,
  decodeDeviceTable,
  FeatureIncompat,
  type Superblock,
} from "@erofs/format";
import type { SyncSource } from "@erofs/reader";

import { UsageError } from "../failure.ts";
import { nameFromText, quoteName } from "../terminal/quote.ts";
import { plural } from "../terminal/units.ts";

/** An image's device table. @throws CorruptImage for a table that the file does not have */
export function readDevices(source: SyncSource, superblock: Superblock): DeviceSlot[] {
  const { featureIncompat, extraDevices, deviceTableSlot } = superblock;
  if ((featureIncompat & FeatureIncompat.deviceTable) === 0 || extraDevices === 0) return [];
  const start = deviceTableSlot * DEVICE_SLOT_SIZE;
  const bytes = new Uint8Array(Math.max(0, Math.min(extraDevices * DEVICE_SLOT_SIZE, source.size - start)));
  if (bytes.length > 0) source.read(start, bytes);
  const bit48 = (featureIncompat & FeatureIncompat.bit48) !== 0;
  return decodeDeviceTable(bytes, extraDevices, bit48);
}

/**
 * Refuses an image of which nothing could be read but names: its data are on devices that were not given, and not behind
 * it in the same file either.
 * @param size bytes of the image's own file
 * @throws UsageError
 */
export function requireDevices(
  slots: readonly DeviceSlot[],
  given: number,
  size: number,
  blockSize: number,
): void {
  const outside = slots.filter(({ unifiedBlock }) => unifiedBlock === 0 || unifiedBlock * blockSize >= size);
  if (given > 0 || outside.length === 0) return;
  const what = plural(slots.length, "extra device");
  throw new UsageError(`the image has data on ${what}, which option '--device' gives, once for each`);
}

/**
 * The files of the extra devices in the order of the device table, from what `--device` was given: `FILE`, for the next
 * device without one, or `TAG=FILE`. A file whose own name has a "=" is a file.
 * @throws UsageError for a tag that the image does not have, or not for all
 */
export function orderDevices(
  given: readonly string[],
  tags: readonly string[],
  exists: (path: string) => boolean = existsSync,
): string[] {
  const files: (string | undefined)[] = tags.map(() => undefined);
  const untagged: string[] = [];
  for (const text of given) {
    const at = text.indexOf("=");
    if (at < 0 || exists(text)) {
      untagged.push(text);
      continue;
    }
    const slot = tags.findIndex(
      (tag, index) => tag === nameFromText(text.slice(0, at)) && files[index] === undefined,
    );
    if (slot < 0) {
      throw new UsageError(`option '--device': '${text}' is no file and names no device: ${tagList(tags)}`);
    }
    files[slot] = text.slice(at + 1);
  }
  if (untagged.length === given.length) return untagged;
  for (const file of untagged) {
    const slot = files.indexOf(undefined);
    if (slot < 0)
      throw new UsageError(
        `option '--device': the image has ${tags.length} devices, ${given.length} are given`,
      );
    files[slot] = file;
  }
  const missing = files.indexOf(undefined);
  if (missing >= 0) {
    throw new UsageError(`option '--device': the device '${quoteName(tags[missing]!)}' is not given`);
  }
  return files as string[];
}

function tagList(tags: readonly string[]): string {
  if (tags.length === 0) return "the image has none";
  const named = tags.filter((tag) => tag !== "").map((tag) => `'${quoteName(tag)}'`);
  return named.length === 0 ? "those of the image have no names" : `the image has ${named.join(", ")}`;
}
