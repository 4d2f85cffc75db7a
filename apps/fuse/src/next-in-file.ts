import type { Inode } from "@erofs/format";
import type { SyncImage } from "@erofs/reader";

/** Of a file, what is looked at in one go. */
const WINDOW = 16 << 20;

/**
 * The first byte of data, or of a hole, at or after `offset`; the file's end counts as a hole. Undefined when there is
 * none before the end.
 */
export function nextInFile(
  image: SyncImage,
  node: Inode,
  offset: number,
  wanted: "data" | "hole",
): number | undefined {
  if (offset >= node.size) return undefined;
  for (let at = offset; at < node.size; at += WINDOW) {
    for (const { kind, logical } of image.extents(node, at, WINDOW)) {
      if ((kind === "hole") === (wanted === "hole")) return Math.max(logical, offset);
    }
  }
  return wanted === "hole" ? node.size : undefined;
}
