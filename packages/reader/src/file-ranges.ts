import type { Inode } from "@erofs/format";
import type { Extent } from "./extents/extent.ts";
import { mapOf } from "./extents/file-map.ts";
import type { ImageState } from "./image-state.ts";
import { hasContent } from "./inode.ts";
import type { Reading } from "./reading.ts";

/** Where bytes are stored: the source's index (0 = primary image), byte offset and length. */
export interface PhysicalRange {
  readonly device: number;
  readonly offset: number;
  readonly length: number;
}

/** A range of a file's bytes, for people and tools that look into images. All numbers in bytes. */
export interface ExtentInfo {
  readonly kind: Extent["kind"];
  readonly logical: number;
  readonly length: number;
  /** Absent for holes and fragments. */
  readonly physical?: PhysicalRange;
  /** Fragments: where in the packed inode's content. */
  readonly fragmentOffset?: number;
  /** Compressed extents: 0 LZ4, 1 LZMA, 2 DEFLATE, 3 Zstandard. */
  readonly algorithm?: number;
  /** Compressed extents: the cluster decodes to more than this extent uses. */
  readonly partial?: boolean;
}

/** A range of a file's bytes that is not a hole. */
export interface DataRange {
  readonly offset: number;
  readonly length: number;
}

/** All extents of an inode, ascending and without gaps; none for one without content. */
export function* extents(image: ImageState, node: Inode): Reading<ExtentInfo[]> {
  const found: ExtentInfo[] = [];
  if (!hasContent(node) || node.size === 0) return found;
  const map = yield* mapOf(image, node);
  for (let offset = 0; offset < node.size;) {
    const extent = map.find(offset) ?? (yield* map.load(offset));
    found.push(infoOf(extent));
    offset = extent.logical + extent.length;
  }
  return found;
}

/**
 * The ranges of an inode's content that are not holes, ascending, neighbours joined: what a sparse copy has to write.
 */
export function* dataRanges(image: ImageState, node: Inode): Reading<DataRange[]> {
  const found: DataRange[] = [];
  if (!hasContent(node) || node.size === 0) return found;
  const map = yield* mapOf(image, node);
  let start = -1;
  for (let offset = 0; offset < node.size;) {
    const extent = map.find(offset) ?? (yield* map.load(offset));
    if (extent.kind === "hole") {
      if (start >= 0) found.push({ offset: start, length: offset - start });
      start = -1;
    } else if (start < 0) {
      start = offset;
    }
    offset = extent.logical + extent.length;
  }
  if (start >= 0) found.push({ offset: start, length: node.size - start });
  return found;
}

function infoOf(extent: Extent): ExtentInfo {
  const { kind, logical, length, device, physical, stored, algorithm, partial } = extent;
  if (kind === "hole") return { kind, logical, length };
  if (kind === "fragment") return { kind, logical, length, fragmentOffset: physical };
  const place = { device, offset: physical, length: stored };
  if (kind !== "compressed") return { kind, logical, length, physical: place };
  return { kind, logical, length, physical: place, algorithm, partial };
}
