import {
  Algorithm,
  algorithmsOf,
  compatFeatureNames,
  FeatureIncompat,
  incompatFeatureNames,
  type Superblock,
} from "@erofs/format";

import { formatUuid } from "../options/identity.ts";
import { nameForJson, quoteName } from "../terminal/quote.ts";
import { formatInstant } from "../terminal/timestamp.ts";
import { formatCount, formatSize } from "../terminal/units.ts";

const algorithmIds = Object.entries(Algorithm);

/** An algorithm id in words: "lz4", "algorithm 9". */
export function algorithmName(id: number): string {
  return algorithmIds.find(([, value]) => value === id)?.[0] ?? `algorithm ${id}`;
}

/** Whether compressed files can occur: LZ4 is there in every image, used or not. */
function compresses({ featureIncompat }: Superblock): boolean {
  return (featureIncompat & (FeatureIncompat.lz4ZeroPadding | FeatureIncompat.comprCfgs)) !== 0;
}

function algorithmNames(superblock: Superblock): string[] {
  if (!compresses(superblock)) return [];
  const mask = algorithmsOf(superblock);
  return Array.from({ length: 16 }, (_, id) => id)
    .filter((id) => (mask & (1 << id)) !== 0)
    .map(algorithmName);
}

function listOf(words: readonly string[]): string {
  return words.length === 0 ? "none" : words.join(", ");
}

/** What the superblock says, as lines of text to be. */
export function superblockFields(superblock: Superblock): [string, string][] {
  const blockSize = 2 ** superblock.blockSizeBits;
  const { epoch, fixedNsec, volumeName } = superblock;
  const size = formatSize(superblock.blockCount * blockSize);
  return [
    ["Block size", String(blockSize)],
    ["Blocks", `${formatCount(superblock.blockCount)} (${size})`],
    ["Inodes", formatCount(superblock.inodeCount)],
    ["Label", volumeName === "" ? "none" : quoteName(volumeName)],
    ["UUID", formatUuid(superblock.uuid)],
    ["Built", formatInstant(epoch + superblock.buildTime, 0)],
    ["Compact inodes' time", formatInstant(epoch, fixedNsec)],
    ["Root node id", String(superblock.rootNid)],
    ["Metadata from block", String(superblock.metaBlock)],
    ["Shared xattrs from block", String(superblock.xattrBlock)],
    ["Long xattr prefixes", String(superblock.xattrPrefixCount)],
    ["Packed inode", superblock.packedNid === 0 ? "none" : String(superblock.packedNid)],
    ["Extra devices", String(superblock.extraDevices)],
    ["Algorithms", listOf(algorithmNames(superblock))],
    ["Required features", listOf(incompatFeatureNames(superblock.featureIncompat))],
    ["Other features", listOf(compatFeatureNames(superblock.featureCompat))],
  ];
}

/** The same for programs; feature masks also as numbers. */
export function superblockForJson(superblock: Superblock): object {
  const { epoch, fixedNsec, featureCompat, featureIncompat } = superblock;
  return {
    blockSize: 2 ** superblock.blockSizeBits,
    blockCount: superblock.blockCount,
    inodeCount: superblock.inodeCount,
    ...nameForJson("label", superblock.volumeName),
    uuid: formatUuid(superblock.uuid),
    epoch,
    fixedNsec,
    buildTime: epoch + superblock.buildTime,
    rootNid: superblock.rootNid,
    metaBlock: superblock.metaBlock,
    xattrBlock: superblock.xattrBlock,
    xattrPrefixCount: superblock.xattrPrefixCount,
    packedNid: superblock.packedNid,
    extraDevices: superblock.extraDevices,
    algorithms: algorithmNames(superblock),
    featureIncompat,
    requiredFeatures: incompatFeatureNames(featureIncompat),
    featureCompat,
    otherFeatures: compatFeatureNames(featureCompat),
  };
}
