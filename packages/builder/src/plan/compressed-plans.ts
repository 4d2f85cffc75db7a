import { compactIndexSize, DataLayout, fullIndexSize, MAP_HEADER_SIZE, mapHeaderOffset } from "@erofs/format";
import type { Settings } from "../options.ts";
import { planEncodedIndex } from "./encoded-index.ts";
import type { InodePlans } from "./inode-plans.ts";

/** Beyond lclusters of 16 KiB the compact index has no bits for the cluster offset. */
const maxCompactBits = 14;
/** A map header has 32 bits for the place of a fragment; a full index has 32 more, a compact one none. */
const maxCompactFragment = 0xffffffff;

/** The `DataLayout` of a compressed file with an index. */
function layoutOf(plans: InodePlans, index: number, { legacyIndex, blockSizeBits }: Settings): DataLayout {
  const isFull =
    legacyIndex ||
    plans.scattered.has(index) ||
    blockSizeBits > maxCompactBits ||
    (plans.packed?.offsetOf(index) ?? 0) > maxCompactFragment;
  return isFull ? DataLayout.compressedFull : DataLayout.compressedCompact;
}

/** Bytes of a file's inode, xattrs and index, once it is compressed. */
function bodySizeOf(plans: InodePlans, index: number, settings: Settings): number {
  const { blockSizeBits } = settings;
  const size = plans.sizes[index]!;
  // Inodes stand at multiples of 32, so offsets from the inode are aligned as those on disk.
  const base = mapHeaderOffset(plans.bodySizes[index]!) + MAP_HEADER_SIZE;
  return layoutOf(plans, index, settings) === DataLayout.compressedFull
    ? base + fullIndexSize(size, blockSizeBits)
    : base + compactIndexSize(size, blockSizeBits, base % 32);
}

/**
 * Whether a compressed file's last cluster of `tailSize` bytes can go behind its inode, which must not cross a block
 * there. An inode with an index that is larger than a block begins with a block.
 */
export function tailFits(plans: InodePlans, index: number, tailSize: number, settings: Settings): boolean {
  return (bodySizeOf(plans, index, settings) % settings.blockSize) + tailSize <= settings.blockSize;
}

/**
 * Stores a file compressed, as the extents from `firstExtent` on and `blockCount` blocks from `startBlock`; the last
 * extent's `tailSize` bytes, if not 0, behind the inode. If it has a fragment, that is the last extent.
 */
export function planCompressed(
  plans: InodePlans,
  index: number,
  data: {
    choice: number;
    firstExtent: number;
    extentCount: number;
    startBlock: number;
    blockCount: number;
    tailSize: number;
  },
  settings: Settings,
): void {
  plans.layouts[index] = layoutOf(plans, index, settings);
  plans.choices[index] = data.choice;
  plans.firstExtents[index] = data.firstExtent;
  plans.extentCounts[index] = data.extentCount;
  plans.startBlocks[index] = data.startBlock;
  plans.blockCounts[index] = data.blockCount;
  plans.tailSizes[index] = data.tailSize;
  const bodySize = bodySizeOf(plans, index, settings);
  const encoded = planEncodedIndex(plans, index, plans.bodySizes[index]!, settings);
  if (encoded && (encoded.isNeeded || encoded.bodySize < bodySize)) {
    plans.layouts[index] = DataLayout.compressedFull;
    plans.recordSizes[index] = encoded.recordSize;
    plans.bodySizes[index] = encoded.bodySize;
  } else {
    plans.bodySizes[index] = bodySize;
  }
}

/** Gives an inode the layout of a compressed file, and room for its index, while its clusters are still to be made. */
export function reserveIndex(plans: InodePlans, index: number, settings: Settings): void {
  plans.layouts[index] = layoutOf(plans, index, settings);
  plans.bodySizes[index] = bodySizeOf(plans, index, settings);
}

/**
 * Leaves all content of a file to the packed inode. There is a map header, but no index. `first`: a file with the same
 * content, which is there, or the file itself.
 */
export function planWholeFragment(plans: InodePlans, index: number, first = index): void {
  if (first === index) plans.packed!.add(index, plans.sizes[index]!);
  else plans.packed!.share(index, first);
  plans.layouts[index] = DataLayout.compressedFull;
  plans.bodySizes[index] = mapHeaderOffset(plans.bodySizes[index]!) + MAP_HEADER_SIZE;
}

/** Gives the metabox inode its size and room for its index, once all that is in it has its place. */
export function planMetaboxInode(plans: InodePlans, index: number, size: number, settings: Settings): void {
  plans.sizes[index] = size;
  if (size > 0xffffffff) plans.extended[index] = 1;
  plans.bodySizes[index] = plans.extended[index] === 1 ? 64 : 32;
  if (settings.metabox!.compression !== undefined) reserveIndex(plans, index, settings);
}

/** Gives the packed inode its size, once it is known. It has the time of the epoch, so that only its size may need 64 bytes. */
export function planPackedInode(plans: InodePlans, index: number): void {
  const { size } = plans.packed!;
  plans.sizes[index] = size;
  if (size <= 0xffffffff || plans.extended[index] === 1) return;
  plans.extended[index] = 1;
  plans.bodySizes[index] = 64;
}
