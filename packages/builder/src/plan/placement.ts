import {
  alignUp,
  DEVICE_SLOT_SIZE,
  INODE_SLOT_SIZE,
  SUPERBLOCK_OFFSET,
  SUPERBLOCK_SIZE,
  SUPERBLOCK_SLOT_SIZE,
  xattrEntrySize,
} from "@erofs/format";
import type { Inventory } from "./inventory.ts";
import type { InodePlans } from "./inode-plans.ts";
import { MetadataSpace } from "./metadata-space.ts";
import type { XattrPlan } from "./xattr-plan.ts";

/**
 * The beginning of the image: superblock, compression configs, root inode, shared xattrs. The root comes before
 * the xattrs, which may be long, because its nid must fit 16 bits.
 */
export interface Head {
  readonly configOffset: number;
  readonly deviceTableOffset: number;
  /** Byte offset of each shared xattr, in the metabox where there is one. */
  readonly sharedOffsets: readonly number[];
  /** First byte behind them. */
  readonly sharedEnd: number;
  /** Where the table of long xattr prefixes begins, behind them or in the head. */
  readonly prefixOffset: number;
  /** First byte behind the head. */
  readonly end: number;
}

/** Places what comes first, the root inode included. There is room for the table of `deviceCount` devices. */
export function placeHead(
  plans: InodePlans,
  xattrs: XattrPlan,
  configSize: number,
  deviceCount: number,
  blockSize: number,
): Head {
  const { end: tablesEnd, ...tables } = placeTables(0, configSize, deviceCount);
  let offset = tablesEnd;
  const rootSize = sizeOf(plans, 0);
  // A tail must lie in one block.
  if (plans.tailSizes[0]! > 0 && (offset % blockSize) + rootSize > blockSize)
    offset = alignUp(offset, blockSize);
  plans.offsets[0] = offset;
  offset += rootSize;
  const shared = placeShared(xattrs, offset);
  const prefixOffset = alignUp(shared.sharedEnd, 4);
  return { ...tables, ...shared, prefixOffset, end: prefixOffset + xattrs.prefixTable.length };
}

/**
 * The head of an image with a metabox: root and shared xattrs are there, and so is the table of long prefixes unless the
 * `plainPrefixes` are to be here.
 */
export function placeMetaboxHead(
  xattrs: XattrPlan,
  configSize: number,
  deviceCount: number,
  plainPrefixes: boolean,
): Head {
  const tables = placeTables(SUPERBLOCK_SLOT_SIZE, configSize, deviceCount);
  const shared = placeShared(xattrs, 0);
  if (!plainPrefixes) return { ...tables, ...shared, prefixOffset: alignUp(shared.sharedEnd, 4) };
  const prefixOffset = tables.end;
  return { ...tables, ...shared, prefixOffset, end: prefixOffset + xattrs.prefixTable.length };
}

/** Places what follows a superblock with so many bytes of extensions: the compression configs and the device table. */
function placeTables(
  extensions: number,
  configSize: number,
  deviceCount: number,
): Pick<Head, "configOffset" | "deviceTableOffset" | "end"> {
  const configOffset = SUPERBLOCK_OFFSET + SUPERBLOCK_SIZE + extensions;
  const deviceTableOffset = alignUp(configOffset + configSize, DEVICE_SLOT_SIZE);
  const end =
    deviceCount > 0
      ? deviceTableOffset + deviceCount * DEVICE_SLOT_SIZE
      : alignUp(configOffset + configSize, INODE_SLOT_SIZE);
  return { configOffset, deviceTableOffset, end };
}

function placeShared({ shared }: XattrPlan, start: number): Pick<Head, "sharedOffsets" | "sharedEnd"> {
  let offset = start;
  const sharedOffsets = shared.map((entry) => {
    offset = alignUp(offset, 4);
    const at = offset;
    offset += xattrEntrySize(entry.rest.length, entry.value.length);
    return at;
  });
  return { sharedOffsets, sharedEnd: offset };
}

/**
 * Places all inodes but hidden ones in the metabox, the root first, from byte `start` on. Returns the bytes of its
 * content.
 */
export function placeInMetabox(
  inventory: Inventory,
  plans: InodePlans,
  start: number,
  blockSize: number,
): number {
  const space = new MetadataSpace(blockSize, alignUp(start, blockSize));
  space.offer(start);
  placeOne(plans, 0, space);
  placeDirectories(inventory, plans, space);
  return space.end;
}

/** Places the hidden inodes, as `placeInodes` does where those are all that the image has outside of the metabox. */
export function placeHiddenInodes(
  { packed, metabox }: Inventory,
  plans: InodePlans,
  head: Head,
  start: number,
  blockSize: number,
): number {
  const space = new MetadataSpace(blockSize, start);
  space.offer(head.end);
  placeOne(plans, packed, space);
  placeOne(plans, metabox, space);
  return space.end;
}

/**
 * Places all inodes but the root, in new blocks from `start` on and in what is left of the head's last block.
 * Returns the first byte behind them.
 */
export function placeInodes(
  inventory: Inventory,
  plans: InodePlans,
  head: Head,
  start: number,
  blockSize: number,
): number {
  const space = new MetadataSpace(blockSize, start);
  space.offer(head.end);
  placeDirectories(inventory, plans, space);
  placeOne(plans, inventory.packed, space);
  return space.end;
}

/** Bytes of an inode with all that stands behind it. */
function sizeOf({ bodySizes, tailSizes }: InodePlans, index: number): number {
  return bodySizes[index]! + tailSizes[index]!;
}

/** Places an inode, if there is one. */
function placeOne(plans: InodePlans, index: number | undefined, space: MetadataSpace): void {
  if (index !== undefined) plans.offsets[index] = space.place(sizeOf(plans, index));
}

/** Places the inodes of all directories' entries. */
function placeDirectories(inventory: Inventory, plans: InodePlans, space: MetadataSpace): void {
  for (const { firstNew, newCount } of inventory.directories) {
    // Largest first wastes least, and one directory's inodes stay together all the same.
    const order = Uint32Array.from({ length: newCount }, (_, i) => firstNew + i);
    order.sort((a, b) => sizeOf(plans, b) - sizeOf(plans, a) || a - b);
    for (const index of order) placeOne(plans, index, space);
  }
}
