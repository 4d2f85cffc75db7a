import {
  alignUp,
  BLOCK_NUMBER_LIMIT,
  BuildError,
  ChunkFormat,
  DataLayout,
  FileType,
  NULL_BLOCK,
} from "@erofs/format";
import type { Settings } from "../options.ts";
import type { PlacementSettings } from "../placement-options.ts";
import type { Inventory } from "./inventory.ts";
import type { InodePlans } from "./inode-plans.ts";
import type { Twins } from "./twins.ts";

/**
 * Gives a place to all data in blocks that has none yet, from `block` on: directories first, which are read
 * together with inodes. Returns the first block behind them. Throws `BuildError` EFBIG where their numbers end.
 */
export function placeBlocks(
  inventory: Inventory,
  plans: InodePlans,
  twins: Twins,
  { placement, blockSize }: Pick<Settings, "placement" | "blockSize">,
  block: number,
): number {
  const isWaiting = (index: number) =>
    plans.blockCounts[index]! > 0 && plans.startBlocks[index] === NULL_BLOCK && !twins.has(index);
  const isDirectory = (index: number) => inventory.nodes[index]!.type === FileType.directory;
  const directories = inventory.directories.map(({ index }) => index).filter(isWaiting);
  const files = Array.from(plans.order).filter((index) => !isDirectory(index) && isWaiting(index));
  let end = assign(inventory, plans, placement, [...directories, ...files], block);
  if (end > NULL_BLOCK) {
    // Those that have 32 bits for their block numbers come first then.
    const isNarrow = (index: number) => hasNarrowBlocks(inventory, plans, index);
    const ordered = [...directories, ...files.filter(isNarrow), ...files.filter((index) => !isNarrow(index))];
    end = assign(inventory, plans, placement, ordered, block);
    for (const index of ordered) {
      if (isNarrow(index) && plans.startBlocks[index]! + plans.blockCounts[index]! > NULL_BLOCK) {
        throw tooLarge(
          plans.startBlocks[index]! + plans.blockCounts[index]!,
          `${NULL_BLOCK} for data of inodes that hold no larger block numbers`,
        );
      }
    }
  }
  for (const [index, first] of twins.entries()) plans.startBlocks[index] = plans.startBlocks[first]!;
  const most = Math.min(BLOCK_NUMBER_LIMIT - 1, Math.floor(Number.MAX_SAFE_INTEGER / blockSize));
  if (end > most) throw tooLarge(end, String(most));
  return end;
}

/** Gives out blocks in the order of `indexes`. Returns the first block behind them. */
function assign(
  { nodes }: Inventory,
  plans: InodePlans,
  { alignBlocks, alignFrom }: PlacementSettings,
  indexes: readonly number[],
  block: number,
): number {
  let next = block;
  for (const index of indexes) {
    const isAligned = nodes[index]!.type === FileType.regular && plans.sizes[index]! >= alignFrom;
    const unit = isAligned ? alignBlocks : 1;
    let start = alignUp(next, unit);
    // The number 0xffffffff stands for no block: nothing begins there, and no chunk does.
    const count = plans.layouts[index] === DataLayout.chunkBased ? plans.blockCounts[index]! : 1;
    if (start <= NULL_BLOCK && start + count > NULL_BLOCK) start = alignUp(NULL_BLOCK + 1, unit);
    plans.startBlocks[index] = start;
    next = start + plans.blockCounts[index]!;
  }
  return next;
}

/** Whether an inode has no room for block numbers above 32 bits: compact ones keep their link count there. */
function hasNarrowBlocks({ nodes, linkCounts }: Inventory, plans: InodePlans, index: number): boolean {
  if (plans.layouts[index] === DataLayout.chunkBased) {
    return (plans.chunks.get(index)!.format & ChunkFormat.bit48) === 0;
  }
  return (
    plans.extended[index] === 0 && (linkCounts[index] !== 1 || nodes[index]!.type === FileType.directory)
  );
}

function tooLarge(blocks: number, most: string): BuildError {
  return new BuildError(`the image would have ${blocks} blocks, expected at most ${most}`, {}, "EFBIG");
}
