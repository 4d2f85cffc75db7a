import {
  compactLayoutOf,
  CorruptImage,
  createLclusterEntry,
  FULL_ENTRY_SIZE,
  FULL_INDEX_RESERVED,
  fullEntryOffset,
  fullIndexSize,
  type IndexGeometry,
  type Inode,
  lclusterCount,
  type LclusterEntry,
  type MapHeader,
  nidText,
  packOffset,
  packSize,
  readCompactEntry,
  readFullEntry,
} from "@erofs/format";
import { type ImageState, spaceSize } from "../image-state.ts";
import { spaceOf } from "../metadata-space.ts";
import type { Reading } from "../reading.ts";

/** Gives the entry of an lcluster, as one object that the next call fills anew. */
export type EntryReader = (lcn: number) => LclusterEntry;

/** The index of a compressed inode, in one of its two forms. */
export interface EntryTable {
  readonly geometry: IndexGeometry;
  /** Number of entries. */
  readonly total: number;
  /** Entries before the first 2-byte pack: runs of entries begin at a multiple of 16 behind them. */
  readonly before: number;
  /** Full indexes give the head of a fragment the high half of its offset. */
  readonly isFull: boolean;
  /** Byte offset behind the index, where an inline cluster begins. */
  readonly end: number;
  /** Reads the entries [first, end), of which `first` begins a pack. */
  entries(first: number, end: number): Reading<EntryReader>;
}

/** An index of 8-byte entries. @param offset where it begins, behind the map header @throws CorruptImage */
export function fullEntries(image: ImageState, node: Inode, header: MapHeader, offset: number): EntryTable {
  const geometry = geometryOf(image, node, header);
  const total = lclusterCount(node.size, geometry.lclusterBits);
  const indexEnd = offset + fullIndexSize(node.size, geometry.lclusterBits);
  checkInside(image, node, offset, indexEnd);
  const space = spaceOf(node.nid);
  const place = { nid: node.nid, offset };
  const entry = createLclusterEntry();

  function* entries(first: number, end: number): Reading<EntryReader> {
    const start = offset + fullEntryOffset(first);
    const length = (end - first) * FULL_ENTRY_SIZE;
    const bytes = image.cache.peek(space, start, length) ?? (yield* image.cache.read(space, start, length));
    return (lcn) => readFullEntry(bytes, (lcn - first) * FULL_ENTRY_SIZE, lcn, geometry, place, entry);
  }

  // Without packs there is nothing before them: the reserved bytes are part of the index, not of its entries.
  return {
    geometry,
    total,
    before: 0,
    isFull: true,
    end: offset + FULL_INDEX_RESERVED + total * FULL_ENTRY_SIZE,
    entries,
  };
}

/** An index of bit-packed entries. @param offset where it begins, behind the map header @throws CorruptImage */
export function compactEntries(
  image: ImageState,
  node: Inode,
  header: MapHeader,
  offset: number,
): EntryTable {
  const geometry = geometryOf(image, node, header);
  const layout = compactLayoutOf(geometry, offset % 32);
  checkInside(image, node, offset, offset + layout.size);
  const space = spaceOf(node.nid);
  const place = { nid: node.nid, offset };
  const entry = createLclusterEntry();

  function* entries(first: number, end: number): Reading<EntryReader> {
    const from = packOffset(layout, first);
    const length = packOffset(layout, end - 1) + packSize(layout, end - 1) - from;
    const start = offset + from;
    const bytes = image.cache.peek(space, start, length) ?? (yield* image.cache.read(space, start, length));
    return (lcn) =>
      readCompactEntry(bytes, packOffset(layout, lcn) - from, lcn, layout, geometry, place, entry);
  }

  return {
    geometry,
    total: layout.total,
    before: layout.before,
    isFull: false,
    end: offset + layout.size,
    entries,
  };
}

function geometryOf(image: ImageState, node: Inode, header: MapHeader): IndexGeometry {
  const lclusterBits = image.superblock.blockSizeBits + header.lclusterBits;
  return { fileSize: node.size, lclusterBits, advise: header.advise };
}

/** Bounds what a file claims by what the image has. */
function checkInside(image: ImageState, node: Inode, offset: number, end: number): void {
  const size = spaceSize(image, node.nid);
  if (end <= size) return;
  throw new CorruptImage(
    `inode ${nidText(node.nid)}: the index of its ${node.size} bytes, at ${offset} to ${end}, reaches beyond the metadata's ${size} bytes`,
    { nid: node.nid, offset },
  );
}
