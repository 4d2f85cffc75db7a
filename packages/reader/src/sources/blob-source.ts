import type { AsyncSource } from "./source.ts";

/** An image in a `Blob` or `File`, as a page's file input gives it. */
export function blobSource(blob: Blob): AsyncSource {
  return {
    size: blob.size,
    async read(offset, length) {
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
  };
}
