import {
  compatFeatureNames,
  type DeviceSlot,
  FeatureCompat,
  FeatureIncompat,
  incompatFeatureNames,
  nidText,
  type Superblock,
} from "@erofs/format";

import { algorithmIds, algorithmName, describeAlgorithm } from "../image/algorithms.ts";
import { nidForJson } from "../image/describe.ts";
import { formatUuid } from "../options/identity.ts";
import type { Image } from "../image/open-image.ts";
import { nameForJson, quoteName } from "../terminal/quote.ts";
import { formatInstant } from "../terminal/timestamp.ts";
import { formatCount, formatSize } from "../terminal/units.ts";

function listOf(words: readonly string[]): string {
  return words.length === 0 ? "none" : words.join(", ");
}

function hasDigests({ featureCompat }: Superblock): boolean {
  return (featureCompat & FeatureCompat.ishareXattrs) !== 0;
}

function hasMetabox({ featureIncompat }: Superblock): boolean {
  return (featureIncompat & FeatureIncompat.metabox) !== 0;
}

/** A device of the table in words. */
function deviceField({ tag, blockCount, unifiedBlock }: DeviceSlot, blockSize: number): string {
  const size = `${formatCount(blockCount)} blocks (${formatSize(blockCount * blockSize)})`;
  const place =
    unifiedBlock === 0 ? "not in the unified space" : `from unified block ${formatCount(unifiedBlock)}`;
  return `${size}, ${place}, ${tag === "" ? "no tag" : `tag ${quoteName(tag)}`}`;
}

/** What the superblock says, as lines of text to be. */
export function superblockFields(image: Image): [string, string][] {
  const { superblock, blockSize, deviceSlots } = image;
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
    ["Root node id", nidText(superblock.rootNid)],
    ["Metadata from block", String(superblock.metaBlock)],
    ["Shared xattrs from block", String(superblock.xattrBlock)],
    ["Long xattr prefixes", String(superblock.xattrPrefixCount)],
    ["Inode digests", hasDigests(superblock) ? `xattr prefix ${superblock.ishareXattrPrefixId}` : "none"],
    ["Packed inode", superblock.packedNid === 0 ? "none" : String(superblock.packedNid)],
    ["Metabox inode", hasMetabox(superblock) ? String(superblock.metaboxNid) : "none"],
    ["Extra devices", String(superblock.extraDevices)],
    ...deviceSlots.map((slot, i): [string, string] => [`Device ${i + 1}`, deviceField(slot, blockSize)]),
    ["Algorithms", listOf(algorithmIds(image).map((id) => describeAlgorithm(image, id)))],
    ["Required features", listOf(incompatFeatureNames(superblock.featureIncompat))],
    ["Other features", listOf(compatFeatureNames(superblock.featureCompat))],
  ];
}

/** The same for programs; feature masks also as numbers. */
export function superblockForJson(image: Image): object {
  const { superblock } = image;
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
    rootNid: nidForJson(superblock.rootNid),
    metaBlock: superblock.metaBlock,
    xattrBlock: superblock.xattrBlock,
    xattrPrefixCount: superblock.xattrPrefixCount,
    ...(hasDigests(superblock) ? { ishareXattrPrefixId: superblock.ishareXattrPrefixId } : {}),
    packedNid: superblock.packedNid,
    ...(hasMetabox(superblock) ? { metaboxNid: superblock.metaboxNid } : {}),
    extraDevices: superblock.extraDevices,
    devices: image.deviceSlots.map(({ tag, blockCount, unifiedBlock }) => ({
      ...nameForJson("tag", tag),
      blockCount,
      unifiedBlock,
    })),
    algorithms: algorithmIds(image).map((id) => algorithmName(image, id)),
    featureIncompat,
    requiredFeatures: incompatFeatureNames(featureIncompat),
    featureCompat,
    otherFeatures: compatFeatureNames(featureCompat),
  };
}
