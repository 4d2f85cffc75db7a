import type { ErrorPlace } from "../errors.ts";
import { load16, load32, store16, store32 } from "../little-endian.ts";
import {
  CBLKCNT,
  checkExtents,
  type CompressedExtent,
  corruptEntry,
  createLclusterEntry,
  type DecodedExtent,
  ExtentCollector,
  type IndexGeometry,
  type IndexPlan,
  type LclusterEntry,
  lclusterCount,
  LclusterType,
  MAX_DELTA,
  nextHead,
} from "./extents.ts";
import { MapAdvise } from "./map-header.ts";

/** Reserved bytes between the map header and the first entry. */
export const FULL_INDEX_RESERVED = 8;
/** Bytes of `struct z_erofs_lcluster_index`. */
export const FULL_ENTRY_SIZE = 8;

const PARTIAL_REF = 0x8000;
const HOLE = 0x4000;

/** Bytes of the index behind the map header, the 8 reserved ones included. */
export function fullIndexSize(fileSize: number, lclusterBits: number): number {
  return FULL_INDEX_RESERVED + FULL_ENTRY_SIZE * lclusterCount(fileSize, lclusterBits);
}

/** Where the entry of lcluster `lcn` begins in the index. */
export function fullEntryOffset(lcn: number): number {
  return FULL_INDEX_RESERVED + FULL_ENTRY_SIZE * lcn;
}

/**
 * Writes a full index (data layout 1), to be put right behind the map header.
 * @param extents all of the file's, ascending
 * @throws BuildError for extents that an index cannot hold
 */
export function encodeFullIndex(extents: readonly CompressedExtent[], plan: IndexPlan): Uint8Array {
  checkExtents(extents, plan);
  const bytes = new Uint8Array(fullIndexSize(plan.fileSize, plan.blockSizeBits));
  const end = lclusterCount(plan.fileSize, plan.blockSizeBits);
  let lcn = 0;
  for (let i = 0; i < extents.length; i++) {
    const { logical, block, blocks, type, partial } = extents[i]!;
    const next = nextHead(extents, i, plan);
    const head = lcn;
    const clusterOffset = logical % 2 ** plan.blockSizeBits;
    let at = fullEntryOffset(lcn);
    store16(bytes, at, partial === true ? type | PARTIAL_REF : type);
    store16(bytes, at + 2, clusterOffset);
    store32(bytes, at + 4, block);
    for (lcn++, at += FULL_ENTRY_SIZE; lcn < next; lcn++, at += FULL_ENTRY_SIZE) {
      const back = lcn - head;
      store16(bytes, at, LclusterType.nonHead);
      store16(bytes, at + 2, clusterOffset);
      store16(bytes, at + 4, back === 1 && plan.bigPcluster ? CBLKCNT | blocks : Math.min(back, MAX_DELTA));
      store16(bytes, at + 6, Math.min(next - lcn, MAX_DELTA));
    }
  }
  // The end-of-file marker.
  if (lcn < end) {
    store16(bytes, fullEntryOffset(lcn), LclusterType.plain);
    store16(bytes, fullEntryOffset(lcn) + 2, plan.fileSize % 2 ** plan.blockSizeBits);
  }
  return bytes;
}

/**
 * Reads the 8-byte entry at `offset` of `bytes`.
 * @param lcn which lcluster it is of
 * @param entry filled and returned; give one to spare the allocation
 * @throws CorruptImage
 */
export function readFullEntry(
  bytes: Uint8Array,
  offset: number,
  lcn: number,
  geometry: IndexGeometry,
  place: ErrorPlace = {},
  entry: LclusterEntry = createLclusterEntry(),
): LclusterEntry {
  if (offset + FULL_ENTRY_SIZE > bytes.length) throw corruptEntry(lcn, "behind the end of the index", place);
  const advise = load16(bytes, offset);
  const type = (advise & 3) as LclusterType;
  entry.type = type;
  if (type !== LclusterType.nonHead) {
    entry.clusterOffset = load16(bytes, offset + 2);
    entry.block = load32(bytes, offset + 4);
    entry.delta0 = entry.delta1 = entry.blocks = 0;
    entry.partial = (advise & PARTIAL_REF) !== 0;
    entry.hole = (advise & HOLE) !== 0;
    if (entry.clusterOffset >= 2 ** geometry.lclusterBits) {
      throw corruptEntry(lcn, `offset ${entry.clusterOffset} in the lcluster is outside of it`, place);
    }
    return entry;
  }
  entry.clusterOffset = entry.block = entry.blocks = 0;
  entry.partial = entry.hole = false;
  entry.delta0 = load16(bytes, offset + 4);
  entry.delta1 = load16(bytes, offset + 6) || 1;
  if ((entry.delta0 & CBLKCNT) !== 0) {
    if ((geometry.advise & (MapAdvise.bigPcluster1 | MapAdvise.bigPcluster2)) === 0) {
      throw corruptEntry(lcn, "a block count, but the file has no big pclusters", place);
    }
    entry.blocks = entry.delta0 & ~CBLKCNT || 1;
    entry.delta0 = 1;
  }
  if (entry.delta0 < 1 || entry.delta0 > lcn) {
    throw corruptEntry(lcn, `distance ${entry.delta0} to its head, expected 1 to ${lcn}`, place);
  }
  return entry;
}

/**
 * Reads a whole index. Extents that begin at or behind the end of the file (the end-of-file marker) are left out.
 * Its time and memory follow the bytes given, so bound these by the image before.
 * @param bytes from right behind the map header
 * @throws CorruptImage
 */
export function decodeFullIndex(
  bytes: Uint8Array,
  geometry: IndexGeometry,
  place: ErrorPlace = {},
): DecodedExtent[] {
  const total = lclusterCount(geometry.fileSize, geometry.lclusterBits);
  const collector = new ExtentCollector(
    geometry,
    {
      head1: (geometry.advise & MapAdvise.bigPcluster1) !== 0,
      others: (geometry.advise & MapAdvise.bigPcluster2) !== 0,
    },
    place,
  );
  const entry = createLclusterEntry();
  for (let lcn = 0; lcn < total; lcn++) {
    collector.add(lcn, readFullEntry(bytes, fullEntryOffset(lcn), lcn, geometry, place, entry));
  }
  return collector.finish();
}
