import type { Inode } from "@erofs/format";
import { ContentCheck } from "../check/check-content.ts";
import { FileOutcome, MAX_FAULTS, type PartOutcome } from "../check/file-outcome.ts";
import { Ledger } from "../check/ledger.ts";
import type { Fault } from "../check/report.ts";
import type { ImageState } from "../image-state.ts";
import { readInode } from "../inode.ts";
import { type Reading, runSync } from "../reading.ts";
import type { SyncSource } from "../sources/source.ts";

/** Files whose content is to be checked: some small ones, or a large one, for all threads at once. */
export type ContentWork = { readonly kind: "files"; readonly nids: Float64Array } | LargeFile;

export interface LargeFile {
  readonly kind: "large";
  readonly nid: number;
  readonly state: SharedArrayBuffer;
}

/** What came of some small files, or of a part of a large one. */
export interface ContentResult {
  /** Which work: a count from 0. */
  readonly index: number;
  readonly bytes: number;
  /** Of small files: the index of each that has some. */
  readonly faults: readonly (readonly [number, readonly Fault[]])[];
  readonly part: PartOutcome | undefined;
}

/** What those who work on one check share. */
export interface SharedCheck {
  /** See `Ledger`. */
  readonly ledger: SharedArrayBuffer;
  /** An i32: the first work that nobody has taken or, if that is large, of which not all parts are taken. */
  readonly next: SharedArrayBuffer;
}

/** Of a large file, an i64: where the part begins that nobody has taken. Behind it, i32: faults found, parts taken. */
const FAULTS = 2;
const TAKEN = 3;

export function shareCheck(image: ImageState): SharedCheck {
  return { ledger: Ledger.share(image), next: new SharedArrayBuffer(4) };
}

export function largeFile(nid: number): LargeFile {
  return { kind: "large", nid, state: new SharedArrayBuffer(16) };
}

/** How many parts of a large file are taken, if no more of them will be that matter. */
export function partsTaken(index: number, { state }: LargeFile, { next }: SharedCheck): number | undefined {
  // In this order: who takes a part counts it before.
  if (Atomics.load(new Int32Array(next), 0) <= index) return undefined;
  return Atomics.load(new Int32Array(state), TAKEN);
}

/**
 * One of those who check content: in any thread, with an image of its own. All get all work in the same order, and take
 * from it what is next: so nobody has to hand it out, and all are at a large file at the same time.
 */
export class ContentWorker {
  readonly #image: ImageState;
  readonly #sources: readonly SyncSource[];
  readonly #content: ContentCheck;
  readonly #next: Int32Array;
  #queue: ContentWork[] = [];
  /** How many works came before those in the queue. */
  #before = 0;

  constructor(
    image: ImageState,
    sources: readonly SyncSource[],
    { ledger, next }: SharedCheck,
    partBytes: number,
  ) {
    this.#image = image;
    this.#sources = sources;
    this.#content = new ContentCheck(image, Ledger.on(ledger, image), undefined, partBytes);
    this.#next = new Int32Array(next);
  }

  add(work: ContentWork): void {
    this.#queue.push(work);
  }

  /** Work that is here and that nobody has taken. */
  get waiting(): number {
    return this.#before + this.#queue.length - Atomics.load(this.#next, 0);
  }

  /** Does some small files, or a part of a large one. Undefined when nothing is left of the work that is here. */
  step(): ContentResult | undefined {
    for (;;) {
      const index = Atomics.load(this.#next, 0);
      const work = this.#workAt(index);
      if (work === undefined) return undefined;
      if (work.kind === "files") {
        if (this.#take(index)) return this.#checkFiles(index, work.nids);
        continue;
      }
      const part = this.#checkPart(work.nid, work.state);
      if (part !== undefined) return { index, bytes: part.bytes, faults: [], part };
      this.#take(index);
    }
  }

  #workAt(index: number): ContentWork | undefined {
    const done = Math.min(index - this.#before, this.#queue.length);
    if (done > 0) {
      this.#queue.splice(0, done);
      this.#before += done;
    }
    return index === this.#before ? this.#queue[0] : undefined;
  }

  #take(index: number): boolean {
    return Atomics.compareExchange(this.#next, 0, index, index + 1) === index;
  }

  #checkFiles(index: number, nids: Float64Array): ContentResult {
    let bytes = 0;
    const faults: [number, Fault[]][] = [];
    for (const [i, nid] of nids.entries()) {
      const outcome: FileOutcome = this.#run(this.#content.file(this.#inode(nid)));
      bytes += outcome.bytes;
      if (outcome.faults.length > 0) faults.push([i, outcome.faults]);
    }
    return { index, bytes, faults, part: undefined };
  }

  /** The next part of a large file that nobody has taken; undefined when there is none. */
  #checkPart(nid: number, state: SharedArrayBuffer): PartOutcome | undefined {
    const next = new BigInt64Array(state, 0, 1);
    const counts = new Int32Array(state);
    const node = this.#inode(nid);
    // Parts are taken in their order: behind those whose faults are enough, no other makes a difference.
    while (Atomics.load(counts, FAULTS) < MAX_FAULTS) {
      const position = Atomics.load(next, 0);
      const start = Number(position);
      if (start >= node.size) return undefined;
      const { end, isHole } = this.#run(this.#content.partAt(node, start));
      Atomics.add(counts, TAKEN, 1);
      if (Atomics.compareExchange(next, 0, position, BigInt(end)) !== position || isHole) {
        Atomics.sub(counts, TAKEN, 1);
        continue;
      }
      const part = this.#run(this.#content.part(node, start, end));
      Atomics.add(counts, FAULTS, part.isLast ? MAX_FAULTS : part.faults.length);
      return part;
    }
    return undefined;
  }

  #inode(nid: number): Inode {
    return this.#run(readInode(this.#image, nid));
  }

  #run<T>(reading: Reading<T>): T {
    return runSync(reading, this.#sources);
  }
}

/** What came of a large file, of whose parts these have been looked at: all that matter, in any order. */
export function outcomeOf(parts: readonly PartOutcome[]): FileOutcome {
  const outcome = new FileOutcome();
  for (const part of parts.toSorted((a, b) => a.start - b.start)) outcome.add(part);
  return outcome;
}
