import { Algorithm, MAX_PCLUSTER_SIZE } from "../constants.ts";
import { BuildError, CorruptImage, type ErrorPlace, hex, UnsupportedFeature } from "../errors.ts";
import { alignUp, load32, load64, store16, store32, store64 } from "../little-endian.ts";
import { lclusterCount } from "./extents.ts";
import { MAP_HEADER_SIZE, MapAdvise, type MapHeader } from "./map-header.ts";

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

/** An extent of a file to be encoded; the first one begins with the file, each where the one before it ends. */
export interface ExtentToEncode {
  readonly logical: number;
  /** Byte offset on the device; of a fragment, in the packed inode's content. */
  readonly physical: number;
  /** Stored bytes; of a fragment 0. */
  readonly stored: number;
  /** Undefined for plain bytes. */
  readonly algorithm: number | undefined;
}

/** How the extents of a file are encoded. */
export interface ExtentEncoding {
  readonly recordSize: 4 | 8 | 16 | 32;
  /** log2 of the length of all extents but the last to the block size; for records that tell no lengths. */
  readonly lclusterBits: number;
}

/** The header has four bits for the length of extents. */
const MAX_LCLUSTER_BITS = 15;

/**
 * The shortest records that can tell a file's extents: 4 bytes where all but the last decode to as many bytes and stand one
 * behind the other, 8 where they stand below 4 GiB, 16 up to 4 GiB of file. `hasFragment`: the last one is in the packed
 * inode.
 */
export function extentEncodingOf(
  extents: readonly ExtentToEncode[],
  fileSize: number,
  blockSizeBits: number,
  hasFragment: boolean,
): ExtentEncoding {
  const lclusterBits = uniformBits(extents, fileSize, blockSizeBits);
  if (lclusterBits !== undefined && fileSize <= 0xffffffff) {
    const last = extents.at(-1)!;
    const stored = hasFragment ? extents.slice(0, -1) : extents;
    const follow = stored.every(({ physical }, i) => {
      const before = stored[i - 1];
      return before === undefined || physical === before.physical + before.stored;
    });
    if (follow && !(hasFragment && last.physical > 0xffffffff)) return { recordSize: 4, lclusterBits };
    if (stored.every(({ physical }) => physical <= 0xffffffff)) return { recordSize: 8, lclusterBits };
  }
  return { recordSize: fileSize > 0xffffffff ? 32 : 16, lclusterBits: 0 };
}

/** log2 to the block size of the length that all extents have but the last, which is not longer; or undefined. */
function uniformBits(
  extents: readonly ExtentToEncode[],
  fileSize: number,
  blockSizeBits: number,
): number | undefined {
  const first = extents[1]?.logical ?? fileSize;
  let bits = 0;
  while (2 ** (blockSizeBits + bits) < first) bits++;
  const length = 2 ** (blockSizeBits + bits);
  if (bits > MAX_LCLUSTER_BITS) return undefined;
  if (!extents.every(({ logical }, i) => logical === i * length)) return undefined;
  return fileSize - extents.at(-1)!.logical <= length ? bits : undefined;
}

/** Bytes from a map header at `headerOffset`, which only counts modulo 32, to the end of the table behind it. */
export function encodedExtentsSize(recordSize: number, count: number, headerOffset: number): number {
  const table = alignUp(headerOffset + MAP_HEADER_SIZE, recordSize);
  return table + (recordSize === 4 ? 8 : 0) + count * recordSize - headerOffset;
}

/**
 * Writes map header and table of a file whose index are encoded extents, `encodedExtentsSize` bytes.
 * @throws BuildError for a number that does not fit
 */
export function encodeExtents(
  extents: readonly ExtentToEncode[],
  { recordSize, lclusterBits }: ExtentEncoding,
  headerOffset: number,
  { hasFragment, interlaced }: { readonly hasFragment: boolean; readonly interlaced: boolean },
): Uint8Array {
  const bytes = new Uint8Array(encodedExtentsSize(recordSize, extents.length, headerOffset));
  const code = Math.log2(recordSize / 4);
  const advise =
    MapAdvise.extents |
    (code << 1) |
    (hasFragment ? MapAdvise.fragmentPcluster : 0) |
    (interlaced ? MapAdvise.interlacedPcluster : 0);
  store16(bytes, 4, advise);
  if (recordSize > 8) store32(bytes, 0, extents.length);
  else bytes[7] = lclusterBits;
  let at = bytes.length - extents.length * recordSize;
  if (recordSize === 4) store64(bytes, at - 8, extents[0]!.physical);
  for (const [i, extent] of extents.entries()) {
    const { logical, physical, stored, algorithm } = extent;
    const isFragment = hasFragment && i + 1 === extents.length;
    if (isFragment) {
      store32(bytes, at, physical);
      if (recordSize > 4) store32(bytes, at + 4, Math.floor(physical / HIGH_UNIT));
    } else {
      checkEncodable(extent);
      store32(bytes, at, stored | (algorithm === undefined ? 0 : (algorithm + 1) << 28));
      if (recordSize === 8) store32(bytes, at + 4, physical);
      else if (recordSize > 8) store64(bytes, at + 4, physical);
    }
    if (recordSize === 16) store32(bytes, at + 12, logical);
    else if (recordSize === 32) store64(bytes, at + 12, logical);
    at += recordSize;
  }
  return bytes;
}

function checkEncodable({ logical, physical, stored, algorithm = 0 }: ExtentToEncode): void {
  if (stored > MAX_PCLUSTER_SIZE || algorithm > Algorithm.zstd || !Number.isSafeInteger(physical)) {
    throw new BuildError(
      `extent at ${logical}: ${stored} bytes of algorithm ${algorithm} at ${physical} cannot be encoded`,
    );
  }
}
