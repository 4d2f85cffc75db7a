import { inOrder } from "../execute/in-order.ts";
import type { Executor, SliceJob } from "../execute/jobs.ts";
import { PieceList } from "../execute/pieces.ts";
import { DigestIds, digestWords } from "../plan/digest-ids.ts";
import type { InodePlans } from "../plan/inode-plans.ts";
import type { Inventory } from "../plan/inventory.ts";
import { pathOf } from "../plan/paths.ts";
import type { SliceTable } from "../plan/slice-table.ts";

/** Bytes of a job: of several files, or a part of a larger one. */
const batchBytes = 4 << 20;

/**
 * What a slice has on average, as log2 of bytes: shared ranges are found but for a slice at each end, which is little of
 * 8 KiB and more. Larger ones where there would be more slices than a table of 120 MB holds.
 */
const smallestBits = 11;
const mostSlices = 2 ** 21;

interface Batch {
  readonly parts: readonly { readonly index: number; readonly isFirst: boolean }[];
  readonly job: SliceJob;
}

function* batches(inventory: Inventory, plans: InodePlans, indexes: readonly number[]): Generator<Batch> {
  const total = indexes.reduce((sum, index) => sum + plans.sizes[index]!, 0);
  const sliceBits = Math.max(smallestBits, Math.ceil(Math.log2(total / mostSlices)));
  let pieces = new PieceList();
  let parts: { index: number; isFirst: boolean }[] = [];
  let bytes = 0;
  const finish = (): Batch => {
    const owners = parts;
    const pathOfPiece = (piece: number) => pathOf(inventory, owners[piece]!.index);
    return { parts, job: { kind: "slice", pieces: pieces.take(), sliceBits, pathOf: pathOfPiece } };
  };
  for (const index of indexes) {
    const size = plans.sizes[index]!;
    for (let offset = 0; offset < size;) {
      // Never less because others are in the job: where a file is cut must follow from its content.
      const length = Math.min(batchBytes, size - offset);
      if (bytes + length > batchBytes) {
        yield finish();
        pieces = new PieceList();
        parts = [];
        bytes = 0;
      }
      pieces.add(inventory.nodes[index]!.content!, size, offset, length, 0);
      parts.push({ index, isFirst: offset === 0 });
      offset += length;
      bytes += length;
    }
  }
  if (parts.length > 0) yield finish();
}

/** Hands the slices of files' contents to the table that `tableOf` says. */
export async function sliceFiles(
  inventory: Inventory,
  plans: InodePlans,
  indexes: readonly number[],
  tableOf: (index: number) => SliceTable,
  executor: Executor,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const ids = new DigestIds();
  await inOrder(
    batches(inventory, plans, indexes),
    { count: 2 * executor.concurrency },
    ({ job }) => executor.run(job),
    ({ counts, lengths, bytes }, { parts }) => {
      let slice = 0;
      for (const [piece, { index, isFirst }] of parts.entries()) {
        const table = tableOf(index);
        if (isFirst) table.begin(index);
        for (const end = slice + counts[piece]!; slice < end; slice++) {
          table.add(lengths[slice]!, ids.idOf(digestWords(bytes, slice)));
        }
      }
      // None of them is in the image yet.
      onProgress(0);
    },
  );
}
