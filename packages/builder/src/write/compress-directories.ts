import { inOrder } from "../execute/in-order.ts";
import { type Executor, RunEnd } from "../execute/jobs.ts";
import { PieceList } from "../execute/pieces.ts";
import { directoriesWithClusters } from "../plan/compressed-directories.ts";
import { planPackedInode, reserveIndex } from "../plan/compressed-plans.ts";
import type { Part } from "../plan/parts.ts";
import { pathOf } from "../plan/paths.ts";
import type { Sink } from "../sink.ts";
import { type Batch, packedBatches } from "./batches.ts";
import { jobLimits } from "./compress-files.ts";
import type { ImagePlan } from "./inode-body.ts";
import { PlacedSettler } from "./placed-settler.ts";
import { batchSize, segmentSize } from "./segments.ts";

/** Directories that have clusters of their own, as jobs. */
function* directoryBatches(
  { inventory, plans, settings }: ImagePlan,
  contentOf: (index: number) => Uint8Array,
): Generator<Batch> {
  const choice = settings.packed!.compression;
  const enough = batchSize(settings);
  const indexes = [...directoriesWithClusters(inventory, plans)];
  let rest = indexes.reduce((sum, index) => sum + plans.sizes[index]!, 0);
  let pieces = new PieceList();
  let parts: Part[] = [];
  let bytes = 0;
  const finish = (): Batch => {
    const owners = parts;
    const choices = owners.map(() => choice);
    return { pieces: pieces.take(), choices, parts, bytes, ownerOf: (piece) => owners[piece]!.index };
  };
  for (const index of indexes) {
    const content = { kind: "memory", bytes: contentOf(index) } as const;
    const size = content.bytes.length;
    for (let offset = 0; offset < size;) {
      const length = Math.min(segmentSize(choice, rest, settings), size - offset);
      pieces.add(content, size, offset, length, 0);
      parts.push({ index, offset, length, isLast: offset + length === size, end: RunEnd.blocks });
      offset += length;
      rest -= length;
      bytes += length;
      if (bytes < enough) continue;
      yield finish();
      pieces = new PieceList();
      parts = [];
      bytes = 0;
    }
  }
  if (parts.length > 0) yield finish();
}

/** Gives the packed inode the room for its index where directories go there, whose content is still to come. */
export function reservePackedInode({ inventory, plans, settings }: ImagePlan): void {
  if (!settings.compressDirectories) return;
  planPackedInode(plans, inventory.packed!);
  reserveIndex(plans, inventory.packed!, settings);
}

/**
 * Compresses the directories and the packed inode that has some of them, once all inodes have their places, and writes
 * them from block `start` on. Returns the first block behind them.
 */
export async function compressDirectories(
  image: ImagePlan,
  contentOf: (index: number) => Uint8Array,
  start: number,
  executor: Executor,
  sink: Sink,
  onBytes: (count: number) => void,
): Promise<number> {
  const { inventory, settings } = image;
  if (!settings.compressDirectories) return start;
  const settler = new PlacedSettler(image, start);
  const run = (all: Iterable<Batch>) =>
    inOrder(
      all,
      jobLimits(executor),
      ({ pieces, joined = false, parts, ownerOf }) =>
        executor.run({
          kind: "compress",
          pieces,
          joined,
          choices: new Uint8Array(parts.length).fill(settings.packed!.compression),
          ends: new Uint8Array(parts.length).fill(RunEnd.blocks),
          pathOf: (piece) => pathOf(inventory, ownerOf(piece)),
        }),
      async (result, { parts, fileBytes = 0 }) => {
        const offset = settler.nextBlock * settings.blockSize;
        settler.take(result, parts);
        await sink.write(offset, result.bytes);
        onBytes(fileBytes);
      },
    );
  await run(directoryBatches(image, contentOf));
  await run(packedBatches(image, contentOf));
  return settler.nextBlock;
}
