import { type CompressResult, type Executor, RunEnd } from "../execute/jobs.ts";
import { PieceList } from "../execute/pieces.ts";
import { planFlat } from "../plan/inode-plans.ts";
import type { Sink } from "../sink.ts";
import type { Part } from "../plan/parts.ts";
import type { ImagePlan } from "./inode-body.ts";
import { PlacedSettler } from "./placed-settler.ts";
import { segmentSize } from "./segments.ts";

interface Segment {
  readonly part: Part;
  readonly result: Promise<CompressResult>;
}

/**
 * Takes the content of the metabox, as it is made, and writes it to blocks from `start` on: compressed by all workers, a
 * segment each, in order.
 */
export class MetaboxWriter {
  readonly #image: ImagePlan;
  readonly #executor: Executor;
  readonly #sink: Sink;
  readonly #index: number;
  readonly #settler: PlacedSettler;
  readonly #underWay: Segment[] = [];
  #pieces: Uint8Array[] = [];
  #gathered = 0;
  /** Where in the content the next segment begins. */
  #offset = 0;
  #flatOffset: number;

  constructor(image: ImagePlan, start: number, executor: Executor, sink: Sink) {
    this.#image = image;
    this.#executor = executor;
    this.#sink = sink;
    this.#index = image.inventory.metabox!;
    this.#settler = new PlacedSettler(image, start);
    this.#flatOffset = start * image.settings.blockSize;
    if (image.settings.metabox!.compression !== undefined) return;
    planFlat(image.plans, this.#index, false, image.settings.blockSize);
    image.plans.startBlocks[this.#index] = start;
  }

  /** Takes what comes next of the content. Returns once it is compressed or others wait for workers. */
  async take(bytes: Uint8Array): Promise<void> {
    const { settings, plans } = this.#image;
    const choice = settings.metabox!.compression;
    if (choice === undefined) {
      await this.#sink.write(this.#flatOffset, bytes);
      this.#flatOffset += bytes.length;
      return;
    }
    let rest = bytes.slice();
    while (rest.length > 0) {
      const left = plans.sizes[this.#index]! - this.#offset;
      const length = Math.min(segmentSize(choice, left, settings), left);
      const piece = rest.subarray(0, length - this.#gathered);
      this.#pieces.push(piece);
      this.#gathered += piece.length;
      rest = rest.subarray(piece.length);
      if (this.#gathered < length) continue;
      this.#start(choice, length, length === left);
      while (this.#underWay.length > this.#executor.concurrency) await this.#settleOldest();
    }
  }

  /** The first block behind the metabox, once all of it is written. */
  async finish(): Promise<number> {
    while (this.#underWay.length > 0) await this.#settleOldest();
    const { settings } = this.#image;
    return settings.metabox!.compression === undefined
      ? this.#flatOffset / settings.blockSize
      : this.#settler.nextBlock;
  }

  #start(choice: number, length: number, isLast: boolean): void {
    const pieces = new PieceList();
    for (const bytes of this.#pieces) pieces.add({ kind: "memory", bytes }, bytes.length, 0, bytes.length, 0);
    const result = this.#executor.run({
      kind: "compress",
      pieces: pieces.take(),
      joined: true,
      choices: Uint8Array.of(choice),
      ends: Uint8Array.of(RunEnd.blocks),
      pathOf: () => "(metabox)",
    });
    // It is awaited later; an older one may fail before.
    result.catch(() => {});
    const part = { index: this.#index, offset: this.#offset, length, isLast, end: RunEnd.blocks };
    this.#underWay.push({ part, result });
    this.#offset += length;
    this.#pieces = [];
    this.#gathered = 0;
  }

  async #settleOldest(): Promise<void> {
    const { part, result } = this.#underWay.shift()!;
    const made = await result;
    const offset = this.#settler.nextBlock * this.#image.settings.blockSize;
    this.#settler.take(made, [part]);
    await this.#sink.write(offset, made.bytes);
  }
}
