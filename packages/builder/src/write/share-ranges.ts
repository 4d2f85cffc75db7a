import { Choice, type Executor, shortestWholeRun } from "../execute/jobs.ts";
import type { Settings } from "../options.ts";
import type { InodePlans } from "../plan/inode-plans.ts";
import type { Inventory } from "../plan/inventory.ts";
import { findSharedRanges, SharedRanges, type SharingLimits } from "../plan/shared-ranges.ts";
import { SliceTable } from "../plan/slice-table.ts";
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

/** What is known of contents before they are compressed. */
export interface Sharing {
  readonly sharedRanges: SharedRanges;
  /** The slices of files that go to the packed inode as a whole. */
  readonly fragmentSlices: SliceTable;
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
): Promise<Sharing> {
  const limits = sharingLimits(settings);
  const sharedRanges = new SharedRanges(limits);
  const fileSlices = new SliceTable();
  const fragmentSlices = new SliceTable();
  const whole = new Set(plans.wholeFragments);
  const isSliced = (index: number) =>
    !twins.has(index) && plans.choices[index] !== Choice.auto && plans.sizes[index]! >= limits.shortest;
  const files = settings.dedupe ? [...plans.candidates, ...whole].filter(isSliced) : [];
  if (files.length > 0) {
    const tableOf = (index: number) => (whole.has(index) ? fragmentSlices : fileSlices);
    await sliceFiles(inventory, plans, files, tableOf, executor, onProgress);
    const algorithmOf = (index: number) => settings.compressions[plans.choices[index]!]!.compressor.algorithm;
    findSharedRanges(
      fileSlices,
      (index) => plans.sizes[index]!,
      (index, other) => algorithmOf(index) === algorithmOf(other),
      sharedRanges,
    );
  }
  return { sharedRanges, fragmentSlices };
}

/**
 * Finds what the packed inode has twice, once all that goes there is known: files that go there as a whole have been
 * looked at before.
 */
export function sharePacked(
  plans: InodePlans,
  packedInode: number,
  { sharedRanges, fragmentSlices }: Sharing,
): void {
  const { files, firsts, ids, ends } = fragmentSlices;
  if (files.length === 0) return;
  const packed = plans.packed!;
  const placeOf = new Map(files.map((index, place) => [index, place]));
  let unknown = ids.reduce((most, id) => Math.max(most, id), 0);
  const table = new SliceTable();
  table.begin(packedInode);
  for (const index of packed.files()) {
    const place = placeOf.get(index);
    if (place === undefined) table.add(packed.sizeOf(index), ++unknown);
    else {
      for (let slice = firsts[place]!, start = 0; slice < firsts[place + 1]!; slice++) {
        table.add(ends[slice]! - start, ids[slice]!);
        start = ends[slice]!;
      }
    }
  }
  findSharedRanges(
    table,
    () => packed.size,
    () => true,
    sharedRanges,
  );
}
