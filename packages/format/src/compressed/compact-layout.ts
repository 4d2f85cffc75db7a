import { type IndexGeometry, lclusterCount } from "./extents.ts";
import { MapAdvise } from "./map-header.ts";

/*
 * A compact index is a row of packs. A pack holds bit-packed entries and, in its last 4 bytes, a block number that
 * they count from:
 *
 *   4-byte packs   2 entries of 16 bits    8 bytes
 *   2-byte packs  16 entries of 14 bits   32 bytes
 *
 * 4-byte packs come first up to a multiple of 32 bytes in the image, then as many whole 2-byte packs as there are
 * entries for, then 4-byte packs.
 */

/** Entries and bytes of the two kinds of packs. */
export const SMALL_PACK_ENTRIES = 2;
export const SMALL_PACK_SIZE = 8;
export const LARGE_PACK_ENTRIES = 16;
export const LARGE_PACK_SIZE = 32;

/** Where each pack of a compact index is: computed once for a file. */
export interface CompactLayout {
  /** Number of entries. */
  readonly total: number;
  /** Entries in 4-byte packs before the 2-byte packs. */
  readonly before: number;
  /** Entries in 2-byte packs. */
  readonly packed: number;
  /** Bytes of the index. */
  readonly size: number;
}

/**
 * The layout of a compact index.
 * @param ebaseMod32 byte offset of the index (right behind the map header) modulo 32: 0, 8, 16 or 24
 * @param largePacks whether 2-byte packs are used (`MapAdvise.compacted2B`)
 */
export function planCompactLayout(total: number, ebaseMod32: number, largePacks: boolean): CompactLayout {
  const before = ((32 - ebaseMod32) >> 2) & 7;
  const packed = largePacks && before < total ? total - before - ((total - before) % LARGE_PACK_ENTRIES) : 0;
  const rest = Math.ceil((total - packed) / SMALL_PACK_ENTRIES);
  return { total, before, packed, size: packed * 2 + rest * SMALL_PACK_SIZE };
}

/** The layout of a file's index. */
export function compactLayoutOf(geometry: IndexGeometry, ebaseMod32: number): CompactLayout {
  const total = lclusterCount(geometry.fileSize, geometry.lclusterBits);
  return planCompactLayout(total, ebaseMod32, (geometry.advise & MapAdvise.compacted2B) !== 0);
}

/** Number of entries in the pack that holds entry `lcn`: 2 or 16. */
export function packEntries(layout: CompactLayout, lcn: number): 2 | 16 {
  const i = lcn - layout.before;
  return i >= 0 && i < layout.packed ? LARGE_PACK_ENTRIES : SMALL_PACK_ENTRIES;
}

/** Bytes of the pack that holds entry `lcn`: 8 or 32. */
export function packSize(layout: CompactLayout, lcn: number): 8 | 32 {
  return packEntries(layout, lcn) === LARGE_PACK_ENTRIES ? LARGE_PACK_SIZE : SMALL_PACK_SIZE;
}

/** The first entry of the pack that holds entry `lcn`. */
export function packStart(layout: CompactLayout, lcn: number): number {
  const i = lcn - layout.before;
  if (i >= 0 && i < layout.packed) return layout.before + (i - (i % LARGE_PACK_ENTRIES));
  return lcn - (lcn % SMALL_PACK_ENTRIES);
}

/** Where in the index the pack that holds entry `lcn` begins, bytes. */
export function packOffset(layout: CompactLayout, lcn: number): number {
  const start = packStart(layout, lcn);
  const i = start - layout.before;
  if (i < 0) return start * 4;
  return i < layout.packed ? layout.before * 4 + i * 2 : start * 4 - layout.packed * 2;
}
