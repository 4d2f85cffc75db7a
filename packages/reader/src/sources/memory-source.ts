import type { SyncSource } from "./source.ts";

/** An image that stands in memory. */
export function memorySource(bytes: Uint8Array): SyncSource {
  return {
    size: bytes.length,
    read(offset, target) {
      target.set(bytes.subarray(offset, offset + target.length));
    },
  };
}
