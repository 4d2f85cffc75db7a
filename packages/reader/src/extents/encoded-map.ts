import {
  checkEncodedExtent,
  CorruptImage,
  decodeEncodedExtent,
  type EncodedExtent,
  type ExtentTable,
  extentTableOf,
  type Inode,
  MapAdvise,
  type MapHeader,
  MAX_EXTENT_SIZE,
  MAX_PCLUSTER_SIZE,
  nidText,
  UnsupportedFeature,
} from "@erofs/format";
import { type ImageState, spaceSize } from "../image-state.ts";
import { spaceOf } from "../metadata-space.ts";
import type { Reading } from "../reading.ts";
import { type Extent, type FileMap, holeExtent, storedExtent } from "./extent.ts";

/** With 4-byte records, physical positions are kept for every so many records. */
const CHECKPOINT = 1024;

/** The map of a compressed inode whose index is a table of encoded extents (`Z_EROFS_ADVISE_EXTENTS`). */
export class EncodedMap implements FileMap {
  readonly #image: ImageState;
  readonly #node: Inode;
  readonly #header: MapHeader;
  readonly #table: ExtentTable;
  /** Physical start of record `CHECKPOINT` × i, as far as they were needed; 4-byte records only tell lengths. */
  readonly #starts: number[] = [];
  /** The last such position that was computed: whoever reads on goes on from it. */
  #summed = { record: 0, position: 0 };
  #last: Extent | undefined;
  #lastRecord = -1;

  constructor(image: ImageState, node: Inode, header: MapHeader, headerOffset: number) {
    this.#image = image;
    this.#node = node;
    this.#header = header;
    this.#table = extentTableOf(header, headerOffset, node.size, image.superblock.blockSizeBits);
    const { offset, count, recordSize } = this.#table;
    const size = spaceSize(image, node.nid);
    if (count < 1 || offset + count * recordSize > size) {
      throw this.#corrupt(`${count} extent records at ${offset}, in metadata of ${size} bytes`);
    }
  }

  find(offset: number): Extent | undefined {
    const last = this.#last;
    return last !== undefined && offset >= last.logical && offset < last.logical + last.length
      ? last
      : undefined;
  }

  *load(offset: number): Reading<Extent> {
    const { extentSize, count } = this.#table;
    const record = extentSize > 0 ? Math.floor(offset / extentSize) : yield* this.#search(offset);
    const entry = yield* this.#record(record);
    const isLast = record + 1 === count;
    const logical = extentSize > 0 ? record * extentSize : entry.logical;
    let end = this.#node.size;
    if (!isLast) end = extentSize > 0 ? logical + extentSize : (yield* this.#record(record + 1)).logical;
    if (!(logical <= offset && offset < end && end <= this.#node.size)) {
      throw this.#corrupt(
        `extent record ${record} covers ${logical} to ${end}, expected it to hold ${offset}`,
      );
    }
    this.#last = yield* this.#extent(entry, record, logical, end - logical);
    this.#lastRecord = record;
    return this.#last;
  }

  *#record(index: number): Reading<EncodedExtent> {
    const { offset, recordSize } = this.#table;
    const at = offset + index * recordSize;
    const { cache } = this.#image;
    const space = spaceOf(this.#node.nid);
    const bytes = cache.peek(space, at, recordSize) ?? (yield* cache.read(space, at, recordSize));
    return decodeEncodedExtent(bytes, 0, recordSize, { nid: this.#node.nid, offset: at });
  }

  /** The last record that starts at or before `offset`. */
  *#search(offset: number): Reading<number> {
    const first = yield* this.#record(0);
    if (first.logical !== 0) throw this.#corrupt(`the first extent starts at ${first.logical}`);
    let low = 0;
    let high = this.#table.count - 1;
    // Whoever reads on wants the record behind the last one.
    const guess = this.#lastRecord + 1;
    if (guess > 0 && guess <= high && (yield* this.#record(guess)).logical === offset) return guess;
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2);
      if ((yield* this.#record(middle)).logical <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  *#extent(entry: EncodedExtent, record: number, logical: number, length: number): Reading<Extent> {
    const { nid } = this.#node;
    const { advise } = this.#header;
    if (record + 1 === this.#table.count && (advise & MapAdvise.fragmentPcluster) !== 0) {
      if (!Number.isSafeInteger(entry.fragmentOffset))
        throw this.#corrupt("the fragment's offset is out of range");
      return storedExtent("fragment", logical, length, 0, entry.fragmentOffset);
    }
    checkEncodedExtent(entry, { nid });
    const stored = entry.length;
    if (stored === 0) return holeExtent(logical, length);
    if (stored > MAX_PCLUSTER_SIZE || length > MAX_EXTENT_SIZE) {
      throw new UnsupportedFeature(
        `inode ${nidText(nid)}: extent of ${stored} bytes that decode to ${length}, expected at most ${MAX_PCLUSTER_SIZE} and ${MAX_EXTENT_SIZE}`,
        { nid, offset: logical },
      );
    }
    const position = this.#table.startOffset === undefined ? entry.physical : yield* this.#physicalOf(record);
    const { device, offset: physical } = this.#image.devices.resolve(0, position);
    const { algorithm, partial } = entry;
    if (algorithm !== undefined) {
      return { kind: "compressed", logical, length, device, physical, stored, algorithm, partial };
    }
    if (length > stored)
      throw this.#corrupt(`plain extent of ${length} bytes at ${logical} in ${stored} stored ones`);
    const { blockSize } = this.#image;
    const aligned = position % blockSize === 0 && stored % blockSize === 0;
    const interlaced = aligned && (advise & MapAdvise.interlacedPcluster) !== 0;
    return storedExtent(interlaced ? "interlaced" : "plain", logical, length, device, physical, stored);
  }

  /** With 4-byte records: where an extent is stored, by adding up the lengths before it. */
  *#physicalOf(record: number): Reading<number> {
    const starts = this.#starts;
    if (starts.length === 0) {
      const space = spaceOf(this.#node.nid);
      const bytes = yield* this.#image.cache.read(space, this.#table.startOffset as number, 8);
      starts[0] = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    }
    const checkpoint = Math.min(Math.floor(record / CHECKPOINT), starts.length - 1);
    let from = checkpoint * CHECKPOINT;
    let position = starts[checkpoint] as number;
    if (this.#summed.record > from && this.#summed.record <= record)
      ({ record: from, position } = this.#summed);
    for (let i = from; i < record; i++) {
      if (i % CHECKPOINT === 0) starts[i / CHECKPOINT] = position;
      position += (yield* this.#record(i)).length;
    }
    if (!Number.isSafeInteger(position)) throw this.#corrupt(`extent ${record} is stored at ${position}`);
    this.#summed = { record, position };
    return position;
  }

  #corrupt(message: string): CorruptImage {
    const { nid } = this.#node;
    return new CorruptImage(`inode ${nidText(nid)}: ${message}`, { nid });
  }
}
