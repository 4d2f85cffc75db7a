import { inOrder } from "../execute/in-order.ts";
import type { DigestJob, Executor } from "../execute/jobs.ts";
import { SHA256_SIZE } from "../execute/sha256.ts";
import { PieceList } from "../execute/pieces.ts";
import type { Inventory } from "../plan/inventory.ts";
import { pathOf } from "../plan/paths.ts";

/** Files go together in a job until it has this much to read: a millisecond or two of work. */
const batchBytes = 2 << 20;
const batchFiles = 256;

interface Batch {
  readonly first: number;
  readonly count: number;
  readonly job: DigestJob;
}

function* batches(inventory: Inventory, indexes: readonly number[]): Generator<Batch> {
  let pieces = new PieceList();
  let first = 0;
  let bytes = 0;
  for (const [i, index] of indexes.entries()) {
    const { content, size } = inventory.nodes[index]!;
    pieces.add(content!, size, 0, size, 0);
    bytes += size;
    const count = i + 1 - first;
    if (bytes < batchBytes && count < batchFiles && i + 1 < indexes.length) continue;
    const start = first;
    const pathOfPiece = (piece: number) => pathOf(inventory, indexes[start + piece]!);
    yield { first, count, job: { kind: "digest", pieces: pieces.take(), pathOf: pathOfPiece } };
    pieces = new PieceList();
    first = i + 1;
    bytes = 0;
  }
}

/** The SHA-256 digests of files' contents, one behind the other. */
export async function digestFiles(
  inventory: Inventory,
  indexes: readonly number[],
  executor: Executor,
  onProgress: (bytes: number) => void,
): Promise<Uint8Array> {
  const digests = new Uint8Array(indexes.length * SHA256_SIZE);
  await inOrder(
    batches(inventory, indexes),
    { count: 2 * executor.concurrency },
    ({ job }) => executor.run(job),
    ({ bytes }, { first }) => {
      digests.set(bytes, first * SHA256_SIZE);
      // None of them is in the image yet.
      onProgress(0);
    },
  );
  return digests;
}
