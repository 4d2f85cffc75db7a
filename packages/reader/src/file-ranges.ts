import { ErofsError, type Inode } from "@erofs/format";
import type { Extent } from "./extents/extent.ts";
import { mapOf } from "./extents/file-map.ts";
import type { ImageState } from "./image-state.ts";
import { hasContent } from "./inode.ts";
import type { Reading } from "./reading.ts";

/** Where bytes are stored: the source's index (0 = primary image, `METABOX` = the metabox's content), byte offset and length. */
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

/**
 * The extents of an inode that hold its bytes from `offset` on, `length` of them: whole, ascending and without gaps;
 * none for one without content.
 * @throws ErofsError EINVAL for an offset below 0, CorruptImage, UnsupportedFeature, the source's errors
 */
export function* extents(
  image: ImageState,
  node: Inode,
  offset = 0,
  length: number = node.size,
): Reading<ExtentInfo[]> {
  const found: ExtentInfo[] = [];
  yield* eachExtent(image, node, offset, length, (extent) => found.push(infoOf(extent)));
  return found;
}

/**
 * The ranges of an inode's content that are not holes, of `length` bytes from `offset` on, ascending, neighbours
 * joined: what a sparse copy has to write.
 * @throws ErofsError EINVAL for an offset below 0, CorruptImage, UnsupportedFeature, the source's errors
 */
export function* dataRanges(
  image: ImageState,
  node: Inode,
  offset = 0,
  length: number = node.size,
): Reading<DataRange[]> {
  const found: DataRange[] = [];
  const end = Math.min(offset + length, node.size);
  let start = -1;
  const close = (at: number): void => {
    if (start >= 0) found.push({ offset: start, length: at - start });
    start = -1;
  };
  yield* eachExtent(image, node, offset, length, ({ kind, logical }) => {
    const from = Math.max(logical, offset);
    if (kind === "hole") close(from);
    else if (start < 0) start = from;
  });
  close(end);
  return found;
}

/** Shows the extents in a range one after the other. */
function* eachExtent(
  image: ImageState,
  node: Inode,
  offset: number,
  length: number,
  see: (extent: Extent) => void,
): Reading<void> {
  if (!(offset >= 0)) throw new ErofsError("EINVAL", `offset ${offset}`, { nid: node.nid });
  const end = Math.min(offset + length, node.size);
  if (!hasContent(node) || offset >= end) return;
  const map = yield* mapOf(image, node);
  for (let at = offset; at < end;) {
    const extent = map.find(at) ?? (yield* map.load(at));
    see(extent);
    at = extent.logical + extent.length;
  }
}

function infoOf(extent: Extent): ExtentInfo {
  const { kind, logical, length, device, physical, stored, algorithm, partial } = extent;
  if (kind === "hole") return { kind, logical, length };
  if (kind === "fragment") return { kind, logical, length, fragmentOffset: physical };
  const place = { device, offset: physical, length: stored };
  if (kind !== "compressed") return { kind, logical, length, physical: place };
  return { kind, logical, length, physical: place, algorithm, partial };
}
