import type { TreeNode } from "@erofs/tree";
import { inOrder, type Limits } from "../execute/in-order.ts";
import type { CompressResult, Executor } from "../execute/jobs.ts";
import { interlaces } from "../plan/choices.ts";
import { planPackedInode, planWholeFragment } from "../plan/compressed-plans.ts";
import { pathOf } from "../plan/paths.ts";
import type { Sink } from "../sink.ts";
import { type Batch, batches, packedBatches } from "./batches.ts";
import { FileSettler } from "./file-settler.ts";
import type { HeadStart } from "./head-start.ts";
import type { ImagePlan } from "./inode-body.ts";
import { sharePacked } from "./share-ranges.ts";
import type { TailStore } from "./tail-store.ts";

/** Bytes that may be under way, for each job that may be: large segments come in smaller numbers. */
const bytesPerJob = 4 << 20;
/** Jobs that may be under way for each that an executor asks for, where they are small. */
const smallJobs = 4;

/**
 * Compresses the candidates, and the packed inode unless directories go there, and writes their data from block `start`
 * on, in order, settling their layouts: a file of which nothing shrinks is stored flat. Returns the first block behind the data.
 */
export async function compressFiles(
  image: ImagePlan,
  start: number,
  headStart: HeadStart | undefined,
  tails: TailStore,
  executor: Executor,
  sink: Sink,
  onBytes: (count: number) => void,
): Promise<number> {
  const { inventory, plans, settings, twins } = image;
  const files = new FileSettler(image, start, tails);

  const compress = async (batch: Batch): Promise<CompressResult> => {
    if (batch.result) return batch.result;
    const { pieces, joined = false, choices, parts, ownerOf } = batch;
    const made: number[] = [];
    for (const choice of choices) made.push(typeof choice === "number" ? choice : (await choice).choice);
    const runs = parts.filter(({ shared }) => !shared);
    if (runs.length === 0) return nothing;
    return executor.run({
      kind: "compress",
      pieces,
      joined,
      choices: Uint8Array.from(made),
      ends: Uint8Array.from(runs, ({ end }) => end),
      interlaced: !joined && interlaces(settings),
      pathOf: (piece) => pathOf(inventory, ownerOf(piece)),
    });
  };
  const run = (all: Iterable<Batch>) =>
    inOrder(all, jobLimits(executor), compress, async (result, { parts, bytes }) => {
      const offset = files.nextBlock * settings.blockSize;
      const kept = files.take(result, parts);
      if (kept > 0) await sink.write(offset, result.bytes.subarray(0, kept));
      // Fragments are still to be compressed.
      onBytes(bytes - result.fragmentSizes.reduce((sum, size) => sum + size, 0));
    });

  for (const index of plans.wholeFragments) planWholeFragment(plans, index, twins.firstOf(index));
  await run(batches(image, headStart?.take(candidates(image)) ?? [], (job) => executor.run(job)));
  // With directories in it, it waits for them.
  if (plans.packed && plans.packed.size > 0 && !settings.compressDirectories) {
    planPackedInode(plans, inventory.packed!);
    sharePacked(plans, inventory.packed!, image);
    await run(packedBatches(image));
  }
  return files.nextBlock;
}

/** Of a batch all of which is shared. */
const nothing: CompressResult = {
  bytes: new Uint8Array(0),
  choices: new Uint8Array(0),
  extentCounts: new Uint32Array(0),
  extents: new Uint32Array(0),
  tailSizes: new Uint32Array(0),
  fragmentSizes: new Uint32Array(0),
  fragmentDigests: new Uint8Array(0),
};

/** How many jobs of compression may be under way. */
export function jobLimits({ concurrency }: Executor): Limits<Batch> {
  return {
    count: smallJobs * concurrency,
    weight: bytesPerJob * concurrency,
    weightOf: ({ bytes }) => bytes,
  };
}

/** The files to be compressed, in order. */
function* candidates({ inventory, plans, twins }: ImagePlan): Generator<TreeNode> {
  for (const index of plans.candidates) if (!twins.has(index)) yield inventory.nodes[index]!;
}
