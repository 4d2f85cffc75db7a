import { FeatureCompat, FeatureIncompat } from "./constants.ts";
import { hex, UnsupportedFeature } from "./errors.ts";

const compatWords: readonly (readonly [number, string])[] = [
  [FeatureCompat.superblockChecksum, "superblock checksum"],
  [FeatureCompat.mtime, "mtime"],
  [FeatureCompat.xattrFilter, "xattr name filter"],
  [FeatureCompat.sharedXattrsInMetabox, "shared xattrs in metabox"],
  [FeatureCompat.plainXattrPrefixes, "plain xattr prefixes"],
  [FeatureCompat.ishareXattrs, "inode digests"],
];

const incompatWords: readonly (readonly [number, string])[] = [
  [FeatureIncompat.lz4ZeroPadding, "zero padding"],
  [FeatureIncompat.comprCfgs, "compression configs or big pclusters"],
  [FeatureIncompat.chunkedFile, "chunk-based files"],
  [FeatureIncompat.deviceTable, "device table or second algorithm"],
  [FeatureIncompat.ztailpacking, "inline compressed tails"],
  [FeatureIncompat.fragments, "fragments or deduplication"],
  [FeatureIncompat.xattrPrefixes, "long xattr prefixes"],
  [FeatureIncompat.bit48, "48-bit layout"],
  [FeatureIncompat.metabox, "metabox"],
  [FeatureIncompat.privateAlgorithm, "private compression algorithm"],
];

/** Every `feature_incompat` bit that has a name here. */
export const KNOWN_INCOMPAT = 0x800001ff;

/** The set bits of `feature_compat` in words; unknown ones as "unknown bit 9 (0x200)". */
export function compatFeatureNames(mask: number): string[] {
  return namesOf(mask, compatWords);
}

/** The set bits of `feature_incompat` in words; unknown ones as "unknown bit 9 (0x200)". */
export function incompatFeatureNames(mask: number): string[] {
  return namesOf(mask, incompatWords);
}

/**
 * Refuses an image that needs more than `supported`, a mask of `feature_incompat` bits.
 * @throws UnsupportedFeature naming each missing feature
 */
export function requireSupported(featureIncompat: number, supported: number): void {
  const missing = (featureIncompat & ~supported) >>> 0;
  if (missing === 0) return;
  throw new UnsupportedFeature(
    `the image needs features that are not supported: ${incompatFeatureNames(missing).join(", ")} (incompat ${hex(missing)})`,
  );
}

/** Whether files may be compressed: those of the oldest images may be, by LZ4 in clusters of a block, and nothing says so. */
export function announcesCompression(featureIncompat: number): boolean {
  return (featureIncompat & (FeatureIncompat.lz4ZeroPadding | FeatureIncompat.comprCfgs)) !== 0;
}

function namesOf(mask: number, words: readonly (readonly [number, string])[]): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    const flag = (1 << bit) >>> 0;
    if ((mask & flag) === 0) continue;
    names.push(words.find(([value]) => value === flag)?.[1] ?? `unknown bit ${bit} (${hex(flag)})`);
  }
  return names;
}
