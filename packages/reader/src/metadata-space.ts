import { isMetaboxNid } from "@erofs/format";

/**
 * Stands for the metabox's content where else a source is named. An inode of the metabox has all its metadata there: its
 * xattr body, its indexes, what is inline.
 */
export const METABOX = -1;

/** Where the metadata of an inode is: 0 is the primary image. */
export function spaceOf(nid: number): 0 | typeof METABOX {
  return isMetaboxNid(nid) ? METABOX : 0;
}
