import type { DeviceSlot } from "@erofs/format";
import type { ChunkSettings } from "../chunk-options.ts";
import type { Executor } from "../execute/jobs.ts";
import { digestTag, tagOf } from "./digest-dictionary.ts";
import type { WrittenChunks } from "./write-chunks.ts";

/** The most slots that an image with these settings can have. */
export function mostDevices(chunks: ChunkSettings | undefined): number {
  return (chunks?.blob ? 1 : 0) + (chunks?.dictionary?.devices.length ?? 0);
}

/**
 * The slots of an image of `blockCount` blocks: of its blob, then those of a dictionary that are used. All devices follow
 * one another behind the image in the unified address space, as far as 32 bits reach.
 */
export async function deviceSlots(
  chunks: ChunkSettings | undefined,
  { blobBlocks, usedDevices }: WrittenChunks,
  blockCount: number,
  executor: Executor,
): Promise<DeviceSlot[]> {
  const devices: { tag: string; blockCount: number }[] = [];
  if (chunks?.blob) devices.push({ tag: digestTag(chunks.blob.digest()), blockCount: blobBlocks });
  for (const index of usedDevices) {
    const device = chunks!.dictionary!.devices[index]!;
    devices.push({ tag: await tagOf(device, executor), blockCount: device.blockCount });
  }
  let next = blockCount;
  return devices.map((device) => {
    const unifiedBlock = next + device.blockCount <= 0xffffffff ? next : 0;
    next += device.blockCount;
    return { ...device, unifiedBlock };
  });
}
