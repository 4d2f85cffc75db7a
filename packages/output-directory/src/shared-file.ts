import type { ByteString } from "@erofs/format";

/** The slowest decoder takes an eighth of a second for it, the most that threads wait for the last one. */
export const PART_BYTES = 8 << 20;

/** A regular file that is worth several threads. */
export interface LargeFile {
  /** In the image, without a leading slash. */
  readonly path: ByteString;
  readonly nid: number;
}

/** A large file with what its writers tell each other; all threads get it, and join those who write it. */
export interface SharedFile {
  readonly file: LargeFile;
  readonly state: SharedArrayBuffer;
}

/** The state's only i64: where the part begins that nobody has taken yet. */
const NEXT = 0;
/** The i32 behind it: threads that write this file; `OVER` when the last one has left. */
const WRITERS = 2;
/** The open file as `DESCRIPTOR` has it: 0 until there is one, `NONE` if there will not be one, else 1 more. */
const DESCRIPTOR = 3;
/** Not 0 once the file cannot be completed. */
const LOST = 4;

/** Milliseconds until a writer that waits looks up. */
const MOMENT = 50;

const OVER = -1;
const NONE = -1;

/** A large file that nobody has begun. */
export function shareFile(file: LargeFile): SharedFile {
  return { file, state: new SharedArrayBuffer(24) };
}

/**
 * How the writers of one large file agree. The first one opens it, each takes part after part, the last one to leave
 * completes or removes it. A descriptor serves all threads of a process, so that a file is opened by name but once:
 * it need not be writable for its owner, and nobody can be led elsewhere.
 */
export class Sharing {
  readonly #next: BigInt64Array;
  readonly #cells: Int32Array;

  constructor({ state }: SharedFile) {
    this.#next = new BigInt64Array(state, 0, 1);
    this.#cells = new Int32Array(state);
  }

  /** Makes the caller one of the writers: the first one, a further one, or none since the file is over. */
  join(): "first" | "further" | undefined {
    for (;;) {
      const writers = Atomics.load(this.#cells, WRITERS);
      if (writers === OVER) return undefined;
      if (Atomics.compareExchange(this.#cells, WRITERS, writers, writers + 1) === writers) {
        return writers === 0 ? "first" : "further";
      }
    }
  }

  /** Ends what `join` began. Whether the caller was the last one, and all is up to it. */
  leave(): boolean {
    for (;;) {
      const writers = Atomics.load(this.#cells, WRITERS);
      const left = writers === 1 ? OVER : writers - 1;
      if (Atomics.compareExchange(this.#cells, WRITERS, writers, left) === writers) return left === OVER;
    }
  }

  /** For the first writer to tell of the open file. */
  set descriptor(fd: number) {
    Atomics.store(this.#cells, DESCRIPTOR, fd + 1);
    Atomics.notify(this.#cells, DESCRIPTOR);
  }

  /** The open file; undefined when there is none yet, or there will not be one. */
  get descriptor(): number | undefined {
    const value = Atomics.load(this.#cells, DESCRIPTOR);
    return value > 0 ? value - 1 : undefined;
  }

  /** Waits for the first writer to open the file, or to fail at it, but not for long: its thread may be dead. Whether it has. */
  awaitDescriptor(): boolean {
    return Atomics.wait(this.#cells, DESCRIPTOR, 0, MOMENT) !== "timed-out";
  }

  /** Gives the file up. Whether the caller was the first to do so. */
  lose(): boolean {
    const isFirst = Atomics.exchange(this.#cells, LOST, 1) === 0;
    // In case it was to be opened: others wait for that.
    Atomics.compareExchange(this.#cells, DESCRIPTOR, 0, NONE);
    Atomics.notify(this.#cells, DESCRIPTOR);
    return isFirst;
  }

  get isLost(): boolean {
    return Atomics.load(this.#cells, LOST) !== 0;
  }

  /** Where the first part begins that is not taken. */
  get next(): number {
    return Number(Atomics.load(this.#next, NEXT));
  }

  /** Takes the bytes from `start`, which was `next`, to `end`. Whether nobody else was quicker. */
  take(start: number, end: number): boolean {
    return Atomics.compareExchange(this.#next, NEXT, BigInt(start), BigInt(end)) === BigInt(start);
  }
}
