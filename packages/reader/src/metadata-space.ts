import { isMetaboxNid } from "@erofs/format";
import type { ImageState } from "./image-state.ts";

/**
 * Stands for the metabox's content where else a source is named. An inode of the metabox has all its metadata there: its
 * xattr body, its indexes, what is inline.
 */
export const METABOX = -1;

/** Where the metadata of an inode is: 0 is the primary image. */
export function spaceOf(nid: number): 0 | typeof METABOX {
  return isMetaboxNid(nid) ? METABOX : 0;
}

/** Bytes of the space that an inode's metadata is in. Whoever has an inode of the metabox has opened that. */
export function spaceSize(image: ImageState, nid: number): number {
  return isMetaboxNid(nid) ? (image.metabox?.size ?? 0) : (image.devices.sizes[0] as number);
}
