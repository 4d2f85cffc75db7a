import type { TreeNode } from "@erofs/tree";
import { inOrder } from "../execute/in-order.ts";
import type { CompressResult, Executor } from "../execute/jobs.ts";
import { pathOf } from "../plan/paths.ts";
import type { Sink } from "../sink.ts";
import { type Batch, batches } from "./batches.ts";
import { FileSettler } from "./file-settler.ts";
import type { HeadStart } from "./head-start.ts";
import type { ImagePlan } from "./inode-body.ts";
import type { TailStore } from "./tail-store.ts";

/** Bytes that may be under way, for each job that may be: large segments come in smaller numbers. */
const bytesPerJob = 4 << 20;
/** Jobs that may be under way for each that an executor asks for, where they are small. */
const smallJobs = 4;

/**
 * Compresses the candidates and writes their data from block `start` on, in order, settling their layouts: a
 * file of which nothing shrinks is stored flat. Returns the first block behind the data.
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
  const { inventory, settings } = image;
  const files = new FileSettler(image, start, tails);

  const compress = async ({ pieces, choices, parts, result }: Batch): Promise<CompressResult> => {
    if (result) return result;
    const made: number[] = [];
    for (const choice of choices) made.push(typeof choice === "number" ? choice : (await choice).choice);
    return executor.run({
      kind: "compress",
      pieces,
      choices: Uint8Array.from(made),
      endsFile: Uint8Array.from(parts, ({ isLast }) => Number(isLast)),
      pathOf: (piece) => pathOf(inventory, parts[piece]!.index),
    });
  };

  await inOrder(
    batches(image, headStart?.take(candidates(image)) ?? [], (job) => executor.run(job)),
    {
      count: smallJobs * executor.concurrency,
      weight: bytesPerJob * executor.concurrency,
      weightOf: ({ bytes }) => bytes,
    },
    compress,
    async (result, { parts, bytes }) => {
      const offset = files.nextBlock * settings.blockSize;
      const kept = files.take(result, parts);
      if (kept > 0) await sink.write(offset, result.bytes.subarray(0, kept));
      onBytes(bytes);
    },
  );
  return files.nextBlock;
}

/** The files to be compressed, in order. */
function* candidates({ inventory, plans }: ImagePlan): Generator<TreeNode> {
  for (const index of plans.candidates) yield inventory.nodes[index]!;
}
