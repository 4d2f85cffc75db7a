import type { ByteString } from "@erofs/format";
import type { TreeNode } from "@erofs/tree";
import type { CompressResult, Executor } from "../execute/jobs.ts";
import { PieceList } from "../execute/pieces.ts";
import { type BuildOptions, settle, type Settings } from "../options.ts";
import { isMostlyHoles } from "../plan/chunks.ts";
import { canShrink, fileEnd, interlaces } from "../plan/choices.ts";
import { batchSize, segmentSize } from "./segments.ts";

/**
 * Bytes of files that are worked on before anything can be written: what becomes of them stays in memory. LZ4 does this
 * much while 60,000 files are found.
 */
const most = 128 << 20;

/** Files that are being compressed, each whole. */
export interface EarlyBatch {
  readonly nodes: readonly TreeNode[];
  readonly bytes: number;
  readonly result: Promise<CompressResult>;
}

/**
 * Compression of the first files of a tree while the others are still being found, which takes a fifth of a build with
 * LZ4. What is done early is what would be done later, in the same order: it cannot show in the image.
 */
export class HeadStart {
  readonly #settings: Settings;
  readonly #executor: Executor;
  readonly #largest: number;
  readonly #batchSize: number;
  readonly #batches: EarlyBatch[] = [];
  readonly #seen = new Set<TreeNode>();
  #isOver: boolean;
  #total = 0;
  // The batch that is being made.
  #pieces = new PieceList();
  #nodes: TreeNode[] = [];
  #paths: ByteString[] = [];
  #bytes = 0;

  constructor(options: BuildOptions, executor: Executor) {
    this.#settings = settle(options);
    this.#executor = executor;
    const { compressions, compressionOf, auto, fragments, dedupe, dataOrder } = this.#settings;
    // Without threads there is nobody who has time. What is to be chosen, or may be elsewhere already, waits for the tree.
    this.#isOver =
      executor.concurrency === 1 ||
      compressions.length === 0 ||
      !!compressionOf ||
      !!auto ||
      !!fragments ||
      dedupe ||
      dataOrder.length > 0;
    this.#batchSize = batchSize(this.#settings);
    // Whatever the rest of the tree, this is one segment.
    this.#largest = this.#isOver ? 0 : segmentSize(0, 0, this.#settings);
  }

  /** Takes up the files of the next directory in the order of the inventory, whose entries are complete. */
  offer(path: ByteString, { entries = [] }: TreeNode): void {
    for (const { name, node } of entries) {
      if (this.#isOver) return;
      if (!canShrink(node, this.#settings) || this.#seen.has(node)) continue;
      const { content, size } = node;
      if (isMostlyHoles(size, content?.kind === "file" ? content.ranges : undefined)) continue;
      // One that has no content fails when the inventory is taken.
      if (size > this.#largest || !content) {
        this.#isOver = true;
        return;
      }
      this.#seen.add(node);
      this.#pieces.add(content, size, 0, size, 0);
      this.#nodes.push(node);
      this.#paths.push(path === "" ? name : `${path}/${name}`);
      this.#bytes += size;
      if (this.#bytes >= this.#batchSize) this.#start();
    }
  }

  /** What is done of `candidates`, for those they begin with; nothing if other files were offered. */
  take(candidates: Iterable<TreeNode>): EarlyBatch[] {
    this.#isOver = true;
    const started = this.#batches.splice(0);
    const rest = candidates[Symbol.iterator]();
    const isSame = started.every(({ nodes }) => nodes.every((node) => rest.next().value === node));
    return isSame ? started : [];
  }

  #start(): void {
    const nodes = this.#nodes;
    const paths = this.#paths;
    const bytes = this.#bytes;
    const result = this.#executor.run({
      kind: "compress",
      pieces: this.#pieces.take(),
      choices: new Uint8Array(nodes.length),
      ends: new Uint8Array(nodes.length).fill(fileEnd(this.#settings)),
      interlaced: interlaces(this.#settings),
      pathOf: (piece) => paths[piece]!,
    });
    // Whoever takes it meets the failure; if the tree cannot be read, nobody does.
    result.catch(() => {});
    this.#batches.push({ nodes, bytes, result });
    this.#pieces = new PieceList();
    this.#nodes = [];
    this.#paths = [];
    this.#bytes = 0;
    this.#total += bytes;
    if (this.#total >= most) this.#isOver = true;
  }
}
