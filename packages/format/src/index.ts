export * from "./byte-string.ts";
export * from "./chunk.ts";
export * from "./compression-config.ts";
export * from "./constants.ts";
export * from "./device-number.ts";
export * from "./device-table.ts";
export * from "./dirent.ts";
export * from "./errors.ts";
export * from "./features.ts";
export * from "./file-type.ts";
export * from "./inode.ts";
export * from "./nid.ts";
export * from "./size-text.ts";
export * from "./superblock.ts";
export * from "./system-failure.ts";
export * from "./thread-death.ts";
export * from "./thread-start.ts";
export * from "./xattr/body.ts";
export * from "./xattr/entry.ts";
export * from "./xattr/long-prefix.ts";
export * from "./xattr/name-filter.ts";
export * from "./xattr/name.ts";
export { decodeCompactIndex, readCompactEntry } from "./compressed/compact-entry.ts";
export { compactIndexSize, encodeCompactIndex } from "./compressed/compact-index.ts";
export {
  type CompactLayout,
  compactLayoutOf,
  packEntries,
  packOffset,
  packSize,
  packStart,
} from "./compressed/compact-layout.ts";
export * from "./compressed/encoded-extents.ts";
export {
  type CompressedExtent,
  createLclusterEntry,
  type DecodedExtent,
  type IndexGeometry,
  type IndexPlan,
  lclusterCount,
  type LclusterEntry,
  lclusterOf,
  LclusterType,
} from "./compressed/extents.ts";
export * from "./compressed/full-index.ts";
export * from "./compressed/map-header.ts";
export { alignUp } from "./little-endian.ts";
