import { DataLayout, FeatureIncompat } from "../constants.ts";
import { BuildError, CorruptImage, type ErrorPlace, hex, UnsupportedFeature } from "../errors.ts";
import { alignUp, load16, load32, store16, store32 } from "../little-endian.ts";
import { type IndexPlan, LclusterType } from "./extents.ts";
import { nidText } from "../nid.ts";

/** `h_advise` of `struct z_erofs_map_header`. */
export const MapAdvise = {
  /** Compact layout: 2-byte packs are used. */
  compacted2B: 0x01,
  /** Full layout: the index is a table of encoded extents. */
  extents: 0x01,
  /** Pclusters of HEAD1 may take several blocks. */
  bigPcluster1: 0x02,
  /** Pclusters of HEAD2 and PLAIN may take several blocks. */
  bigPcluster2: 0x04,
  /** The last extent's pcluster is inline in the metadata. */
  inlinePcluster: 0x08,
  /** Plain extents are rotated to their natural place in the block. */
  interlacedPcluster: 0x10,
  /** The last extent is in the packed inode. */
  fragmentPcluster: 0x20,
} as const;

/** `struct z_erofs_map_header`, its unions taken apart. */
export interface MapHeader {
  /** All content is in the packed inode, at `fragmentOffset`; there is no index and nothing else applies. */
  readonly wholeFileFragment: boolean;
  /** Offset in the packed inode's content, its low 32 bits unless `wholeFileFragment`; else 0. */
  readonly fragmentOffset: number;
  /** Bytes of the inline pcluster; 0 = none. */
  readonly inlineSize: number;
  /** See `MapAdvise`. */
  readonly advise: number;
  readonly algorithm1: number;
  readonly algorithm2: number;
  /** log2 of lcluster size to block size. */
  readonly lclusterBits: number;
  /** Number of records, if the index is a table of encoded extents of 16 or 32 bytes. */
  readonly extentCount: number;
}

export const MAP_HEADER_SIZE = 8;

const WHOLE_FILE_FRAGMENT = 0x80;
const HIGH_UNIT = 0x1_0000_0000;

/** Where the map header begins, from where the inode with its xattr body ends. */
export function mapHeaderOffset(end: number): number {
  return alignUp(end, MAP_HEADER_SIZE);
}

/**
 * Reads the 8 bytes at the beginning of `bytes`.
 * @throws CorruptImage
 */
export function decodeMapHeader(bytes: Uint8Array, place: ErrorPlace = {}): MapHeader {
  if (bytes.length < MAP_HEADER_SIZE) {
    throw corrupt(place, `${bytes.length} bytes, expected ${MAP_HEADER_SIZE}`);
  }
  const low = load32(bytes, 0);
  const advise = load16(bytes, 4);
  const wholeFileFragment = (bytes[7]! & WHOLE_FILE_FRAGMENT) !== 0;
  const whole = (load32(bytes, 4) & 0x7fffffff) * HIGH_UNIT + low;
  if (wholeFileFragment && !Number.isSafeInteger(whole)) {
    throw corrupt(place, `fragment offset ${hex(whole)} is out of range`);
  }
  const fragment = (advise & MapAdvise.fragmentPcluster) !== 0;
  const inline = !fragment && (advise & MapAdvise.inlinePcluster) !== 0;
  return {
    wholeFileFragment,
    fragmentOffset: wholeFileFragment ? whole : fragment ? low : 0,
    inlineSize: inline ? low >>> 16 : 0,
    advise,
    algorithm1: bytes[6]! & 0x0f,
    algorithm2: bytes[6]! >> 4,
    lclusterBits: bytes[7]! & 0x0f,
    extentCount: load16(bytes, 6) * HIGH_UNIT + low,
  };
}

/**
 * Writes the header of a file whose index has an entry for each lcluster.
 * @throws BuildError for an algorithm above 15
 */
export function encodeMapHeader(
  header: Pick<MapHeader, "advise" | "algorithm1"> & Partial<MapHeader>,
): Uint8Array {
  const { advise, algorithm1, algorithm2 = 0, lclusterBits = 0, fragmentOffset = 0, inlineSize = 0 } = header;
  if (!(algorithm1 >= 0 && algorithm1 <= 15 && algorithm2 >= 0 && algorithm2 <= 15)) {
    throw new BuildError(`compression algorithms ${algorithm1} and ${algorithm2}, expected 0 to 15`);
  }
  const bytes = new Uint8Array(MAP_HEADER_SIZE);
  if (header.wholeFileFragment === true) {
    store32(bytes, 0, fragmentOffset);
    store32(bytes, 4, Math.floor(fragmentOffset / HIGH_UNIT));
    bytes[7]! |= WHOLE_FILE_FRAGMENT;
    return bytes;
  }
  if ((advise & MapAdvise.fragmentPcluster) !== 0) store32(bytes, 0, fragmentOffset);
  else store16(bytes, 2, inlineSize);
  store16(bytes, 4, advise);
  bytes[6] = algorithm1 | (algorithm2 << 4);
  bytes[7] = lclusterBits;
  return bytes;
}

/** `advise` of an index as `encodeCompactIndex` or `encodeFullIndex` writes it. */
export function indexAdvise(
  layout: DataLayout,
  plan: Pick<IndexPlan, "blockSizeBits" | "bigPcluster">,
): number {
  const packs =
    layout === DataLayout.compressedCompact && plan.blockSizeBits <= 12 ? MapAdvise.compacted2B : 0;
  return packs | (plan.bigPcluster ? MapAdvise.bigPcluster1 | MapAdvise.bigPcluster2 : 0);
}

/** The algorithm of an extent's pcluster; undefined for a plain one. */
export function algorithmOf(
  header: Pick<MapHeader, "algorithm1" | "algorithm2">,
  type: number,
): number | undefined {
  if (type === LclusterType.head1) return header.algorithm1;
  return type === LclusterType.head2 ? header.algorithm2 : undefined;
}

/** Whether the index is a table of encoded extents rather than an entry for each lcluster. */
export function hasEncodedExtents(header: Pick<MapHeader, "advise">, layout: DataLayout): boolean {
  return layout === DataLayout.compressedFull && (header.advise & MapAdvise.extents) !== 0;
}

/**
 * Checks a header against its layout and the superblock. Nothing to check for whole-file fragments.
 * @throws CorruptImage, UnsupportedFeature
 */
export function checkMapHeader(
  header: MapHeader,
  layout: DataLayout,
  superblock: { readonly blockSizeBits: number; readonly featureIncompat: number },
  place: ErrorPlace = {},
): void {
  if (header.wholeFileFragment || hasEncodedExtents(header, layout)) return;
  const { advise } = header;
  const big = advise & (MapAdvise.bigPcluster1 | MapAdvise.bigPcluster2);
  if (big !== 0 && (superblock.featureIncompat & FeatureIncompat.comprCfgs) === 0) {
    throw corrupt(place, `advise ${hex(advise)} has big pclusters, the superblock has not`);
  }
  if (layout !== DataLayout.compressedCompact) return;
  if (big === MapAdvise.bigPcluster1 || big === MapAdvise.bigPcluster2) {
    throw corrupt(
      place,
      `advise ${hex(advise)} of a compact index has one big pcluster bit, expected both or none`,
    );
  }
  const bits = superblock.blockSizeBits + header.lclusterBits;
  const limit = (advise & MapAdvise.compacted2B) === 0 ? 14 : 12;
  if (bits > limit) {
    throw new UnsupportedFeature(
      `lclusters of ${bits} bits in a compact index, expected at most ${limit}`,
      place,
    );
  }
}

function corrupt(place: ErrorPlace, message: string): CorruptImage {
  const owner = place.nid === undefined ? "" : ` of inode ${nidText(place.nid)}`;
  return new CorruptImage(`map header${owner}: ${message}`, place);
}
