import { FileType } from "@erofs/format";
import type { Content } from "@erofs/tree";
import { sampleRanges, sampleSize } from "../execute/choose.ts";
import { Choice, type ChooseJob, type ChooseResult, type CompressResult, RunEnd } from "../execute/jobs.ts";
import { PieceList, type Pieces } from "../execute/pieces.ts";
import { fileEnd } from "../plan/choices.ts";
import { type Part, partsOf } from "../plan/parts.ts";
import { pathOf } from "../plan/paths.ts";
import type { EarlyBatch } from "./head-start.ts";
import type { ImagePlan } from "./inode-body.ts";
import { batchSize, segmentSize } from "./segments.ts";

const noPieces = new PieceList().take();

export interface Batch {
  readonly pieces: Pieces;
  /** Whether all pieces are one part: of the packed inode. */
  readonly joined?: boolean;
  /** A choice for each piece, which may still be on its way. */
  readonly choices: readonly (number | Promise<ChooseResult>)[];
  readonly parts: readonly Part[];
  readonly bytes: number;
  /** How many of them are those of files, in a part of the packed inode. */
  readonly fileBytes?: number;
  /** The inode index of the file that a piece is of. */
  readonly ownerOf: (piece: number) => number;
  /** Of a batch that has been started. */
  readonly result?: Promise<CompressResult>;
}

/**
 * Hands out the candidates as jobs, in order; `early` ones are for the first of them. Larger files' compression is
 * chosen first, by jobs of `chooseBy`.
 */
export function* batches(
  { inventory, plans, settings, twins, sharedRanges }: ImagePlan,
  early: EarlyBatch[],
  chooseBy: (job: ChooseJob) => Promise<ChooseResult>,
): Generator<Batch> {
  const { compressions, auto, blockSize } = settings;
  const candidates = (auto?.candidates ?? []).map((candidate) => compressions[candidate]!);
  const largestCluster = Math.max(
    blockSize,
    ...candidates.map(({ encoderOptions }) => encoderOptions.maxOutput),
  );
  const enough = batchSize(settings);
  const lastEnd = fileEnd(settings);
  const files = plans.candidates.filter((index) => !twins.has(index));
  let rest = files.reduce((sum, index) => sum + plans.sizes[index]!, 0);
  let started = 0;
  for (let batch = early.shift(); batch; batch = early.shift()) {
    const { nodes, bytes, result } = batch;
    const indexes = files.slice(started, started + nodes.length);
    const parts = indexes.map((index) => ({
      index,
      offset: 0,
      length: plans.sizes[index]!,
      isLast: true,
      end: lastEnd,
    }));
    yield { pieces: noPieces, choices: [], parts, bytes, ownerOf: (piece) => parts[piece]!.index, result };
    started += nodes.length;
    rest -= bytes;
  }
  let pieces = new PieceList();
  let choices: Batch["choices"][number][] = [];
  let parts: Part[] = [];
  let bytes = 0;
  const finish = (): Batch => {
    const owners = parts.filter(({ shared }) => !shared);
    return { pieces: pieces.take(), choices, parts, bytes, ownerOf: (piece) => owners[piece]!.index };
  };
  for (const index of files.slice(started)) {
    const content = inventory.nodes[index]!.content!;
    const size = plans.sizes[index]!;
    const requested = plans.choices[index]!;
    let choice: Batch["choices"][number] = requested;
    if (requested === Choice.auto && size > sampleSize(largestCluster)) {
      const sample = new PieceList();
      for (const { offset, length } of sampleRanges(size, largestCluster)) {
        sample.add(content, size, offset, length, 0);
      }
      choice = chooseBy({ kind: "choose", pieces: sample.take(), pathOf: () => pathOf(inventory, index) });
      // It is awaited with the first piece of the file; until then, or if an older job fails, nobody looks.
      choice.catch(() => {});
    }
    for (const part of partsOf(index, size, sharedRanges, blockSize, lastEnd, () =>
      segmentSize(requested, rest, settings),
    )) {
      parts.push(part);
      rest -= part.length;
      bytes += part.length;
      if (!part.shared) {
        pieces.add(content, size, part.offset, part.length, 0);
        choices.push(choice);
      }
      if (bytes >= enough) {
        yield finish();
        pieces = new PieceList();
        choices = [];
        parts = [];
        bytes = 0;
      }
    }
  }
  if (parts.length > 0) yield finish();
}

/**
 * Hands out the packed inode as jobs, a segment each, once all that goes there is known. `contentOf` gives directories.
 */
export function* packedBatches(
  { inventory, plans, settings, sharedRanges }: ImagePlan,
  contentOf?: (index: number) => Uint8Array,
): Generator<Batch> {
  const index = inventory.packed!;
  const packed = plans.packed!;
  const choice = settings.packed!.compression;
  const lastEnd = settings.tailPacking ? RunEnd.inline : RunEnd.blocks;
  let rest = packed.size;
  for (const part of partsOf(index, packed.size, sharedRanges, settings.blockSize, lastEnd, () =>
    segmentSize(choice, rest, settings),
  )) {
    const { offset, length, shared } = part;
    const ranges = shared ? [] : [...packed.ranges(offset, length)];
    const pieces = new PieceList();
    let fileBytes = shared ? length : 0;
    for (const range of ranges) {
      const { type, content } = inventory.nodes[range.index]!;
      const isDirectory = type === FileType.directory;
      const size = plans.sizes[range.index]!;
      const from = size - packed.sizeOf(range.index) + range.start;
      const source: Content = isDirectory ? { kind: "memory", bytes: contentOf!(range.index) } : content!;
      pieces.add(source, size, from, range.length, 0);
      if (!isDirectory) fileBytes += range.length;
    }
    rest -= length;
    const ownerOf = (piece: number) => ranges[piece]!.index;
    const choices = shared ? [] : [choice];
    yield { pieces: pieces.take(), joined: true, choices, parts: [part], bytes: length, fileBytes, ownerOf };
  }
}
