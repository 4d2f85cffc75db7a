import { existsSync } from "node:fs";

import { DEVICE_SLOT_SIZE, decodeDeviceTable, FeatureIncompat, type Superblock } from "@erofs/format";
import type { SyncSource } from "@erofs/reader";

import { UsageError } from "../failure.ts";
import { nameFromText, quoteName } from "../terminal/quote.ts";

/** The tags in an image's device table. @throws CorruptImage for a table that the file does not have */
export function deviceTags(source: SyncSource, superblock: Superblock): string[] {
  const { featureIncompat, extraDevices, deviceTableSlot } = superblock;
  if ((featureIncompat & FeatureIncompat.deviceTable) === 0 || extraDevices === 0) return [];
  const start = deviceTableSlot * DEVICE_SLOT_SIZE;
  const bytes = new Uint8Array(Math.max(0, Math.min(extraDevices * DEVICE_SLOT_SIZE, source.size - start)));
  if (bytes.length > 0) source.read(start, bytes);
  const bit48 = (featureIncompat & FeatureIncompat.bit48) !== 0;
  return decodeDeviceTable(bytes, extraDevices, bit48).map(({ tag }) => tag);
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
      const known =
        tags.length === 0 ? "no devices" : `devices ${tags.map((tag) => `'${quoteName(tag)}'`).join(", ")}`;
      throw new UsageError(
        `option '--device': '${text}' is no file and names no device: the image has ${known}`,
      );
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
