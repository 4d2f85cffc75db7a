import type { ErrorPlace } from "../errors.ts";
import { load32 } from "../little-endian.ts";
import {
  type CompactLayout,
  compactLayoutOf,
  LARGE_PACK_ENTRIES,
  packEntries,
  packOffset,
  packSize,
  packStart,
} from "./compact-layout.ts";
import {
  CBLKCNT,
  corruptEntry,
  createLclusterEntry,
  type DecodedExtent,
  ExtentCollector,
  type IndexGeometry,
  type LclusterEntry,
  LclusterType,
} from "./extents.ts";
import { MapAdvise } from "./map-header.ts";

/** `lo` of a pack's entry and its type, from one load: the type stands above bit 16. */
const TYPE_SHIFT = 16;
const LOW_MASK = 0xffff;

/**
 * Reads one entry of a compact index from its pack alone.
 * @param bytes hold the whole pack that `lcn` is in
 * @param offset where that pack begins in `bytes`: at `packOffset(layout, lcn)` of the index
 * @param entry filled and returned; give one to spare the allocation
 * @throws CorruptImage
 */
export function readCompactEntry(
  bytes: Uint8Array,
  offset: number,
  lcn: number,
  layout: CompactLayout,
  geometry: IndexGeometry,
  place: ErrorPlace = {},
  entry: LclusterEntry = createLclusterEntry(),
): LclusterEntry {
  const count = packEntries(layout, lcn);
  const size = packSize(layout, lcn);
  if (offset + size > bytes.length) throw corruptEntry(lcn, "behind the end of the index", place);
  const { lclusterBits } = geometry;
  const big = (geometry.advise & MapAdvise.bigPcluster1) !== 0;
  const i = lcn - packStart(layout, lcn);
  const packed = loadEntry(bytes, offset, count, i, lclusterBits);
  const low = packed & LOW_MASK;
  const type = (packed >> TYPE_SHIFT) as LclusterType;
  entry.type = type;
  entry.partial = entry.hole = false;

  if (type !== LclusterType.nonHead) {
    if (low >= 2 ** lclusterBits) {
      throw corruptEntry(lcn, `offset ${low} in the lcluster is outside of it`, place);
    }
    const before = big
      ? countedBlocks(bytes, offset, count, i, lclusterBits)
      : headsUpTo(bytes, offset, count, i, lclusterBits);
    if (before < 0) throw corruptEntry(lcn, "an entry before it in its pack has no block count", place);
    entry.clusterOffset = low;
    entry.block = (load32(bytes, offset + size - 4) + before) >>> 0;
    entry.delta0 = entry.delta1 = entry.blocks = 0;
    return entry;
  }

  entry.clusterOffset = entry.block = entry.blocks = 0;
  if ((low & CBLKCNT) !== 0) {
    if (!big) throw corruptEntry(lcn, "a block count, but the file has no big pclusters", place);
    entry.blocks = low & ~CBLKCNT || 1;
    entry.delta0 = 1;
    entry.delta1 = forwardDistance(bytes, offset, count, i, lclusterBits);
  } else if (i < count - 1) {
    entry.delta0 = low;
    entry.delta1 = forwardDistance(bytes, offset, count, i, lclusterBits);
  } else {
    // The last entry of a pack tells the distance forward instead; the one back follows from its neighbour.
    entry.delta0 = distanceBehind(loadEntry(bytes, offset, count, i - 1, lclusterBits));
    entry.delta1 = low || 1;
  }
  if (entry.delta0 < 1 || entry.delta0 > lcn) {
    throw corruptEntry(lcn, `distance ${entry.delta0} to its head, expected 1 to ${lcn}`, place);
  }
  return entry;
}

/**
 * Reads a whole compact index. Extents that begin at or behind the end of the file (the end-of-file marker) are
 * left out. Its time and memory follow the bytes given, so bound these by the image before.
 * @param bytes from right behind the map header
 * @param ebaseMod32 byte offset of the index in its metadata space modulo 32
 * @throws CorruptImage
 */
export function decodeCompactIndex(
  bytes: Uint8Array,
  geometry: IndexGeometry,
  ebaseMod32: number,
  place: ErrorPlace = {},
): DecodedExtent[] {
  const layout = compactLayoutOf(geometry, ebaseMod32);
  const big = (geometry.advise & MapAdvise.bigPcluster1) !== 0;
  const collector = new ExtentCollector(geometry, { head1: big, others: big }, place);
  const entry = createLclusterEntry();
  for (let lcn = 0; lcn < layout.total; lcn++) {
    collector.add(lcn, readCompactEntry(bytes, packOffset(layout, lcn), lcn, layout, geometry, place, entry));
  }
  return collector.finish();
}

function loadEntry(bytes: Uint8Array, pack: number, count: number, i: number, lclusterBits: number): number {
  const bit = i * (count === LARGE_PACK_ENTRIES ? 14 : 16);
  const at = pack + (bit >> 3);
  const value = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) >> (bit & 7);
  const lowBits = lclusterBits < 12 ? 12 : lclusterBits;
  return (value & ((1 << lowBits) - 1)) | (((value >> lowBits) & 3) << TYPE_SHIFT);
}

/** Without big pclusters: heads in the pack up to entry `i`, itself included. */
function headsUpTo(bytes: Uint8Array, pack: number, count: number, i: number, lclusterBits: number): number {
  let blocks = 1;
  for (let j = i; j > 0;) {
    j--;
    const packed = loadEntry(bytes, pack, count, j, lclusterBits);
    if (packed >> TYPE_SHIFT === LclusterType.nonHead) j -= packed & LOW_MASK;
    if (j >= 0) blocks++;
  }
  return blocks;
}

/** With big pclusters: blocks of the pclusters that the pack tells before entry `i`; -1 if it contradicts itself. */
function countedBlocks(
  bytes: Uint8Array,
  pack: number,
  count: number,
  i: number,
  lclusterBits: number,
): number {
  let blocks = 0;
  for (let j = i; j > 0;) {
    j--;
    const packed = loadEntry(bytes, pack, count, j, lclusterBits);
    const low = packed & LOW_MASK;
    if (packed >> TYPE_SHIFT !== LclusterType.nonHead) {
      blocks++;
    } else if ((low & CBLKCNT) !== 0) {
      blocks += low & ~CBLKCNT;
      j--;
    } else if (low <= 1) {
      return -1;
    } else {
      // On to the entry behind the head, which tells the count.
      j -= low - 2;
    }
  }
  return blocks;
}

/** `delta0` of the entry behind the one given. */
function distanceBehind(packed: number): number {
  if (packed >> TYPE_SHIFT !== LclusterType.nonHead) return 1;
  const low = packed & LOW_MASK;
  return (low & CBLKCNT) !== 0 ? 2 : low + 1;
}

/** `delta1` of entry `i`: to the next head in the pack, or as far as the pack's last entry tells. */
function forwardDistance(
  bytes: Uint8Array,
  pack: number,
  count: number,
  i: number,
  lclusterBits: number,
): number {
  for (let j = i + 1; j < count; j++) {
    const packed = loadEntry(bytes, pack, count, j, lclusterBits);
    if (packed >> TYPE_SHIFT !== LclusterType.nonHead) return j - i;
    const low = packed & LOW_MASK;
    if (j === count - 1 && (low & CBLKCNT) === 0 && low > 0) return j - i + low;
  }
  return count - i;
}
