import {
  algorithmOf,
  CorruptImage,
  type Inode,
  type LclusterEntry,
  LclusterType,
  MapAdvise,
  type MapHeader,
  MAX_EXTENT_SIZE,
  MAX_PCLUSTER_SIZE,
  nidText,
  UnsupportedFeature,
} from "@erofs/format";
import type { ImageState } from "../image-state.ts";
import { spaceOf } from "../metadata-space.ts";
import type { Reading } from "../reading.ts";
import { type Extent, type FileMap, holeExtent, storedExtent } from "./extent.ts";
import type { EntryTable } from "./lcluster-entries.ts";

/** Index entries that are decoded together. */
const SEGMENT = 1024;
/** Segments that a map keeps in any case: for a reader in sequence, and for the extents that begin in the segment before. */
const MIN_SEGMENTS = 4;
/**
 * Extents in the segments that a map keeps beyond these, 150 bytes each: those of 2 GB in clusters of 64 KiB, 60 MB in
 * clusters of 4 KiB. Reading all over a packed inode of 42 MB is 20 times as fast as with four segments of it.
 */
const MAX_HEADS = 8192;
/** Entries that are looked at in one step for the end of a segment's last extent. */
const LOOKAHEAD = 32;

/** The extents whose heads stand in one run of index entries, ascending. */
interface Segment {
  readonly heads: readonly Head[];
  /** Where the last of them ends. */
  readonly end: number;
  /** Made when first asked for: one that is damaged does not spoil its neighbours. */
  readonly extents: (Extent | undefined)[];
}

/** A head entry, the beginning of an extent. */
interface Head {
  readonly logical: number;
  readonly block: number;
  blocks: number;
  readonly type: number;
  readonly partial: boolean;
  readonly hole: boolean;
}

/**
 * The map of a compressed inode that has an index entry for each lcluster, full or compact.
 * Entries are decoded in runs, each once; a small file has one run.
 */
export class LclusterMap implements FileMap {
  readonly #image: ImageState;
  readonly #node: Inode;
  readonly #header: MapHeader;
  readonly #table: EntryTable;
  readonly #lclusterSize: number;
  /** Those that were loaded last, by number; of a file with one segment, there is none but `#first`. */
  #segments: Map<number, Segment> | undefined;
  /** Segment 0, until there are others: a table for it alone would take most of the time that a small file's map does. */
  #first: Segment | undefined;
  #headCount = 0;
  /** Where the last extent was found: the next one is likely beside it. */
  #segment: Segment = { heads: [], end: 0, extents: [] };
  #index = 0;

  constructor(image: ImageState, node: Inode, header: MapHeader, table: EntryTable) {
    this.#image = image;
    this.#node = node;
    this.#header = header;
    this.#table = table;
    this.#lclusterSize = 2 ** table.geometry.lclusterBits;
  }

  find(offset: number): Extent | undefined {
    const { heads } = this.#segment;
    for (let i = this.#index; i <= this.#index + 1 && i < heads.length; i++) {
      if (offset >= (heads[i] as Head).logical && offset < endOf(this.#segment, i)) {
        return this.#extentAt(this.#segment, i);
      }
    }
    const known = this.#known(this.#numberOf(offset));
    return known === undefined ? undefined : this.#findIn(known, offset);
  }

  *load(offset: number): Reading<Extent> {
    // The extent's head is in the segment of its lcluster or, since extents are bounded, in one not far before.
    for (let number = this.#numberOf(offset); number >= 0; number--) {
      const segment = this.#known(number) ?? (yield* this.#loadSegment(number));
      const extent = this.#findIn(segment, offset);
      if (extent !== undefined) return extent;
      if (offset - this.#firstEntry(number) * this.#lclusterSize > MAX_EXTENT_SIZE) break;
    }
    throw new UnsupportedFeature(
      `inode ${nidText(this.#node.nid)}: no extent begins in the ${MAX_EXTENT_SIZE} bytes before ${offset}`,
      { nid: this.#node.nid, offset },
    );
  }

  #findIn(segment: Segment, offset: number): Extent | undefined {
    const { heads } = segment;
    let low = 0;
    let high = heads.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (offset < (heads[middle] as Head).logical) high = middle - 1;
      else if (offset >= endOf(segment, middle)) low = middle + 1;
      else return this.#extentAt(segment, middle);
    }
    return undefined;
  }

  #extentAt(segment: Segment, index: number): Extent {
    this.#segment = segment;
    this.#index = index;
    return (segment.extents[index] ??= this.#extent(segment.heads[index] as Head, endOf(segment, index)));
  }

  #numberOf(offset: number): number {
    const lcn = Math.floor(offset / this.#lclusterSize) - this.#table.before;
    return Math.max(0, Math.floor(lcn / SEGMENT));
  }

  /** Segments begin with packs: the entries before the first 2-byte pack belong to segment 0. */
  #firstEntry(number: number): number {
    return number === 0 ? 0 : this.#table.before + number * SEGMENT;
  }

  *#loadSegment(number: number): Reading<Segment> {
    const { total } = this.#table;
    const first = this.#firstEntry(number);
    const end = Math.min(this.#firstEntry(number + 1), total);
    const heads = yield* this.#heads(first, end);
    const last = heads.at(-1);
    const segment = {
      heads,
      end: last === undefined ? 0 : yield* this.#nextStart(end, last.logical),
      extents: [],
    };
    this.#keep(number, segment);
    return segment;
  }

  #known(number: number): Segment | undefined {
    return this.#segments === undefined && number === 0 ? this.#first : this.#segments?.get(number);
  }

  #keep(number: number, segment: Segment): void {
    this.#headCount += segment.heads.length;
    if (this.#segments === undefined && number === 0) {
      this.#first = segment;
      return;
    }
    const segments = (this.#segments ??= new Map(this.#first === undefined ? [] : [[0, this.#first]]));
    segments.set(number, segment);
    for (const [oldest, { heads: forgotten }] of segments) {
      if (this.#headCount <= MAX_HEADS || segments.size <= MIN_SEGMENTS) break;
      segments.delete(oldest);
      this.#headCount -= forgotten.length;
    }
  }

  /** The bytes of the entries [first, end), of which `first` begins a pack. */
  *#entries(first: number, end: number): Reading<Uint8Array> {
    const start = this.#table.startOf(first);
    const length = this.#table.lengthOf(first, end);
    const space = spaceOf(this.#node.nid);
    const { cache } = this.#image;
    return cache.peek(space, start, length) ?? (yield* cache.read(space, start, length));
  }

  /** The heads of the entries [first, end), the mark at the end of the file left out. */
  *#heads(first: number, end: number): Reading<Head[]> {
    const { total, geometry } = this.#table;
    const { advise } = this.#header;
    // One entry more: it may tell the block count of the last head.
    const bytes = yield* this.#entries(first, Math.min(end + 1, total));
    const heads: Head[] = [];
    let head: Head | undefined;
    let headLcn = -1;
    for (let lcn = first; lcn < Math.min(end + 1, total); lcn++) {
      const entry = this.#table.read(bytes, first, lcn);
      if (entry.type === LclusterType.nonHead) {
        if (lcn === 0) throw this.#corrupt(lcn, "no extent begins with the file");
        if (headLcn >= 0 && lcn - entry.delta0 < headLcn) {
          throw this.#corrupt(lcn, `distance ${entry.delta0} leads past the head ${headLcn}`);
        }
        const big = head?.type === LclusterType.head1 ? MapAdvise.bigPcluster1 : MapAdvise.bigPcluster2;
        if (head !== undefined && lcn === headLcn + 1 && entry.blocks > 0 && (advise & big) !== 0) {
          head.blocks = entry.blocks;
        }
        continue;
      }
      if (lcn === end) break;
      const logical = lcn * this.#lclusterSize + entry.clusterOffset;
      if (lcn === 0 && logical !== 0) throw this.#corrupt(lcn, `the file begins at ${logical}`);
      headLcn = lcn;
      head = logical < geometry.fileSize ? headOf(entry, logical) : undefined;
      if (head !== undefined) heads.push(head);
    }
    return heads;
  }

  /** Where the first extent begins among the entries from `lcn` on: the end of the one that began at `start`. */
  *#nextStart(lcn: number, start: number): Reading<number> {
    const { total, geometry } = this.#table;
    for (let from = lcn; from < total; from += LOOKAHEAD) {
      const end = Math.min(from + LOOKAHEAD, total);
      const bytes = yield* this.#entries(from, end);
      for (let i = from; i < end; i++) {
        const entry = this.#table.read(bytes, from, i);
        if (entry.type !== LclusterType.nonHead) {
          return Math.min(i * this.#lclusterSize + entry.clusterOffset, geometry.fileSize);
        }
      }
      if (end * this.#lclusterSize - start > MAX_EXTENT_SIZE + this.#lclusterSize) break;
    }
    return geometry.fileSize;
  }

  #extent(head: Head, end: number): Extent {
    const { nid } = this.#node;
    const header = this.#header;
    const { logical, type } = head;
    const length = end - logical;
    if (length > MAX_EXTENT_SIZE) {
      throw new UnsupportedFeature(
        `inode ${nidText(nid)}: extent of ${length} bytes at ${logical}, expected at most ${MAX_EXTENT_SIZE}`,
        { nid, offset: logical },
      );
    }
    const isTail = end === this.#node.size;
    if (isTail && (header.advise & MapAdvise.fragmentPcluster) !== 0) {
      // Only full indexes have room for the high half, in place of the block number.
      const high = this.#table.isFull ? head.block : 0;
      return storedExtent("fragment", logical, length, 0, header.fragmentOffset + high * 2 ** 32);
    }
    if (head.hole) return holeExtent(logical, length);

    const inline = isTail && header.inlineSize > 0;
    const { blockSize, devices } = this.#image;
    const stored = inline ? header.inlineSize : head.blocks * blockSize;
    const { device, offset: physical } = inline
      ? { device: spaceOf(nid), offset: this.#inlineOffset() }
      : devices.resolve(0, head.block * blockSize);
    if (stored > MAX_PCLUSTER_SIZE) {
      throw new UnsupportedFeature(
        `inode ${nidText(nid)}: cluster of ${stored} bytes at ${logical}, expected at most ${MAX_PCLUSTER_SIZE}`,
        { nid, offset: logical },
      );
    }
    const algorithm = algorithmOf(header, type);
    if (algorithm !== undefined) {
      return {
        kind: "compressed",
        logical,
        length,
        device,
        physical,
        stored,
        algorithm,
        partial: head.partial,
      };
    }
    if (length > stored) {
      throw new CorruptImage(
        `inode ${nidText(nid)}: plain extent of ${length} bytes at ${logical} in a cluster of ${stored}`,
        { nid, offset: logical },
      );
    }
    const interlaced = !inline && (header.advise & MapAdvise.interlacedPcluster) !== 0;
    return storedExtent(interlaced ? "interlaced" : "plain", logical, length, device, physical, stored);
  }

  /** Where the inline cluster is: right behind the index. @throws CorruptImage when it crosses a block boundary */
  #inlineOffset(): number {
    const offset = this.#table.end;
    const { blockSize } = this.#image;
    const { inlineSize } = this.#header;
    if ((offset % blockSize) + inlineSize > blockSize) {
      throw new CorruptImage(
        `inode ${nidText(this.#node.nid)}: inline cluster of ${inlineSize} bytes at ${offset} crosses a block boundary`,
        { nid: this.#node.nid, offset },
      );
    }
    return offset;
  }

  #corrupt(lcn: number, message: string): CorruptImage {
    const { nid } = this.#node;
    return new CorruptImage(`inode ${nidText(nid)}, index entry ${lcn}: ${message}`, { nid });
  }
}

function endOf(segment: Segment, index: number): number {
  return segment.heads[index + 1]?.logical ?? segment.end;
}

function headOf(entry: LclusterEntry, logical: number): Head {
  const { block, type, partial, hole } = entry;
  return { logical, block, blocks: 1, type, partial, hole };
}
