import { CorruptImage, type ErrorPlace, hex, UnsupportedFeature } from "../errors.ts";
import { alignUp, load32, load64 } from "../little-endian.ts";
import { lclusterCount } from "./extents.ts";
import { MAP_HEADER_SIZE, type MapHeader } from "./map-header.ts";

/** Where the records of an encoded-extents index are. */
export interface ExtentTable {
  /** Bytes of a record: 4, 8, 16 or 32. */
  readonly recordSize: number;
  /** Byte offset of record 0, in the space that the header's offset is in. */
  readonly offset: number;
  /** Number of records. */
  readonly count: number;
  /** With 4- and 8-byte records, the length of every extent but the last; else 0: each record has its start. */
  readonly extentSize: number;
  /** With 4-byte records, the byte offset of a u64: the physical start of the first extent; else undefined. */
  readonly startOffset: number | undefined;
}

/** `struct z_erofs_extent`. */
export interface EncodedExtent {
  /** Stored bytes; 0 = a hole that reads as zeros. */
  readonly length: number;
  /** Byte offset on the device; with 4-byte records 0, since it follows from the records before. */
  readonly physical: number;
  /** First byte in the file; 0 with 4- and 8-byte records. */
  readonly logical: number;
  /** Undefined for plain bytes. */
  readonly algorithm: number | undefined;
  /** Only the first part of what the extent decodes to is used. */
  readonly partial: boolean;
  /** If this is the last record of a file with a fragment: where in the packed inode's content it is. */
  readonly fragmentOffset: number;
}

const PARTIAL = 1 << 27;
const LENGTH_MASK = 0x1fffff;
const HIGH_UNIT = 0x1_0000_0000;

/**
 * Where the table is of a file for which `hasEncodedExtents`.
 * @param headerOffset byte offset of the map header
 */
export function extentTableOf(
  header: MapHeader,
  headerOffset: number,
  fileSize: number,
  blockSizeBits: number,
): ExtentTable {
  const recordSize = 4 << ((header.advise >> 1) & 3);
  const table = alignUp(headerOffset + MAP_HEADER_SIZE, recordSize);
  if (recordSize > 8) {
    return { recordSize, offset: table, count: header.extentCount, extentSize: 0, startOffset: undefined };
  }
  const bits = blockSizeBits + header.lclusterBits;
  const count = lclusterCount(fileSize, bits);
  return recordSize === 4
    ? { recordSize, offset: table + 8, count, extentSize: 2 ** bits, startOffset: table }
    : { recordSize, offset: table, count, extentSize: 2 ** bits, startOffset: undefined };
}

/**
 * Reads the record of `recordSize` bytes at `offset` of `bytes`. Its numbers are judged by `checkEncodedExtent`,
 * since those of a fragment mean something else.
 * @throws CorruptImage if it does not end inside `bytes`
 */
export function decodeEncodedExtent(
  bytes: Uint8Array,
  offset: number,
  recordSize: number,
  place: ErrorPlace = {},
): EncodedExtent {
  if (offset + recordSize > bytes.length) {
    throw new CorruptImage(`extent record at offset ${hex(offset)}: behind the end of the index`, place);
  }
  const plen = load32(bytes, offset);
  const low = recordSize >= 8 ? load32(bytes, offset + 4) : 0;
  const physical = recordSize >= 16 ? load64(bytes, offset + 4) : low;
  const logical =
    recordSize >= 32 ? load64(bytes, offset + 12) : recordSize >= 16 ? load32(bytes, offset + 12) : 0;
  const fragmentOffset = low * HIGH_UNIT + plen;
  const kind = plen >>> 28;
  return {
    length: plen & LENGTH_MASK,
    physical,
    logical,
    algorithm: kind === 0 ? undefined : kind - 1,
    partial: (plen & PARTIAL) !== 0,
    fragmentOffset,
  };
}

/**
 * Checks a record that is not a fragment.
 * @throws UnsupportedFeature for an algorithm above 3, CorruptImage for a number out of range
 */
export function checkEncodedExtent(extent: EncodedExtent, place: ErrorPlace = {}): void {
  const { length, physical, logical, algorithm } = extent;
  if (algorithm !== undefined && algorithm > 3) {
    throw new UnsupportedFeature(`extent at ${logical}: algorithm ${algorithm}, expected at most 3`, place);
  }
  if (!Number.isSafeInteger(physical + length) || !Number.isSafeInteger(logical)) {
    throw new CorruptImage(`extent at ${logical}: bytes at ${hex(physical)} are out of range`, place);
  }
}
