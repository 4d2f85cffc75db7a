import { Choice, type Executor, shortestWholeRun } from "../execute/jobs.ts";
import type { Settings } from "../options.ts";
import type { InodePlans } from "../plan/inode-plans.ts";
import type { Inventory } from "../plan/inventory.ts";
import { findSharedRanges, SharedRanges, type SharingLimits } from "../plan/shared-ranges.ts";
import type { Twins } from "../plan/twins.ts";
import { sliceFiles } from "./slice-files.ts";

/**
 * What is shorter is found again by the compressors, or is not worth an extent of its own. With lz4hc in clusters of 64 KiB,
 * antd takes 10.21 MB with 8 KiB, 10.29 MB with 16 KiB and 10.42 MB with 32 KiB.
 */
const shortest = 8 << 10;
/**
 * A cut wastes half a block and what the clusters at both sides of it lack: with 2 and 3 blocks antd takes 10.21 and 10.19 MB in
 * clusters of 64 KiB, 15.85 and 16.01 MB in clusters of 4 KiB.
 */
const blocksOfCut = 2;

function sharingLimits({ blockSize }: Settings): SharingLimits {
  return { shortest: Math.max(shortestWholeRun * blockSize, shortest), worthCut: blocksOfCut * blockSize };
}

/**
 * Finds the ranges that files to be compressed have in common. A file whose compression is chosen on the way has none: its
 * clusters can only be shared with those of the same algorithm.
 */
export async function shareRanges(
  inventory: Inventory,
  plans: InodePlans,
  twins: Twins,
  settings: Settings,
  executor: Executor,
  onProgress: (bytes: number) => void,
): Promise<SharedRanges> {
  const limits = sharingLimits(settings);
  const algorithmOf = (index: number) => settings.compressions[plans.choices[index]!]!.compressor.algorithm;
  const files = settings.dedupe
    ? plans.candidates.filter(
        (index) =>
          !twins.has(index) && plans.choices[index] !== Choice.auto && plans.sizes[index]! >= limits.shortest,
      )
    : [];
  if (files.length === 0) return new SharedRanges(limits);
  const table = await sliceFiles(inventory, plans, files, executor, onProgress);
  return findSharedRanges(
    table,
    (index) => plans.sizes[index]!,
    (index, other) => algorithmOf(index) === algorithmOf(other),
    limits,
  );
}
