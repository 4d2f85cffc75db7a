import { DataLayout } from "@erofs/format";
import type { Settings } from "../options.ts";
import { planWholeFragment, reserveIndex } from "./compressed-plans.ts";
import type { InodePlans } from "./inode-plans.ts";
import type { Inventory } from "./inventory.ts";

/** Directories of more blocks have clusters of their own: what of the last block is lost is little of them. */
const mostPackedBlocks = 16;

/**
 * Settles what the inode of a compressed directory takes, before anybody knows the nids that its content is made of: an
 * index depends on the size alone. Small directories go to the packed inode as a whole, so that they share clusters.
 */
export function planCompressedDirectory(plans: InodePlans, index: number, settings: Settings): void {
  const { blockSize, compressions, fragments, packed } = settings;
  const { maxOutput } = compressions[packed!.compression]!.encoderOptions;
  const most = fragments?.all ? Infinity : Math.max(mostPackedBlocks * blockSize, maxOutput);
  if (plans.sizes[index]! <= most) planWholeFragment(plans, index);
  else reserveIndex(plans, index, settings);
}

/** The directories that have clusters of their own, in order. */
export function* directoriesWithClusters(inventory: Inventory, plans: InodePlans): Generator<number> {
  for (const { index } of inventory.directories) {
    const isFlat =
      plans.layouts[index] === DataLayout.flatPlain || plans.layouts[index] === DataLayout.flatInline;
    if (!isFlat && plans.packed!.sizeOf(index) === 0) yield index;
  }
}
