import {
  type CompactLayout,
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
  /** Byte offset of the entry `first`, which begins a pack. */
  startOf(first: number): number;
  /** Bytes from there to the end of the pack with entry `end` - 1. */
  lengthOf(first: number, end: number): number;
  /**
   * The entry of an lcluster, from bytes that begin with entry `first`: one object, which the next call fills anew.
   * @throws CorruptImage
   */
  read(bytes: Uint8Array, first: number, lcn: number): LclusterEntry;
}

/** An index of 8-byte entries. */
export class FullEntries implements EntryTable {
  readonly geometry: IndexGeometry;
  readonly total: number;
  // Without packs there is nothing before them: the reserved bytes are part of the index, not of its entries.
  readonly before = 0;
  readonly isFull = true;
  readonly end: number;
  readonly #offset: number;
  readonly #place: { readonly nid: number; readonly offset: number };
  readonly #entry = createLclusterEntry();

  /** @param offset where it begins, behind the map header @throws CorruptImage */
  constructor(image: ImageState, node: Inode, header: MapHeader, offset: number) {
    this.geometry = geometryOf(image, node, header);
    const { lclusterBits } = this.geometry;
    this.total = lclusterCount(node.size, lclusterBits);
    this.end = offset + FULL_INDEX_RESERVED + this.total * FULL_ENTRY_SIZE;
    this.#offset = offset;
    this.#place = { nid: node.nid, offset };
    checkInside(image, node, offset, offset + fullIndexSize(node.size, lclusterBits));
  }

  startOf(first: number): number {
    return this.#offset + fullEntryOffset(first);
  }

  lengthOf(first: number, end: number): number {
    return (end - first) * FULL_ENTRY_SIZE;
  }

  read(bytes: Uint8Array, first: number, lcn: number): LclusterEntry {
    const at = (lcn - first) * FULL_ENTRY_SIZE;
    return readFullEntry(bytes, at, lcn, this.geometry, this.#place, this.#entry);
  }
}

/** An index of bit-packed entries. */
export class CompactEntries implements EntryTable {
  readonly geometry: IndexGeometry;
  readonly total: number;
  readonly before: number;
  readonly isFull = false;
  readonly end: number;
  readonly #layout: CompactLayout;
  readonly #offset: number;
  readonly #place: { readonly nid: number; readonly offset: number };
  readonly #entry = createLclusterEntry();

  /** @param offset where it begins, behind the map header @throws CorruptImage */
  constructor(image: ImageState, node: Inode, header: MapHeader, offset: number) {
    this.geometry = geometryOf(image, node, header);
    const layout = compactLayoutOf(this.geometry, offset % 32);
    this.total = layout.total;
    this.before = layout.before;
    this.end = offset + layout.size;
    this.#layout = layout;
    this.#offset = offset;
    this.#place = { nid: node.nid, offset };
    checkInside(image, node, offset, this.end);
  }

  startOf(first: number): number {
    return this.#offset + packOffset(this.#layout, first);
  }

  lengthOf(first: number, end: number): number {
    const layout = this.#layout;
    return packOffset(layout, end - 1) + packSize(layout, end - 1) - packOffset(layout, first);
  }

  read(bytes: Uint8Array, first: number, lcn: number): LclusterEntry {
    const layout = this.#layout;
    const at = packOffset(layout, lcn) - packOffset(layout, first);
    return readCompactEntry(bytes, at, lcn, layout, this.geometry, this.#place, this.#entry);
  }
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
