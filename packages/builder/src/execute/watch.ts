/** Where a cell of a watch stands. */
const counter = 0;
const inside = 1;
const piece = 2;

/** Memory of a watch, in bytes. */
export const watchSize = 12;

/** What a watch shows. */
export interface Sight {
  /** Goes up whenever a compressor is called and whenever it returns; it wraps around. */
  readonly count: number;
  /** The compression whose compressor is being called, if any is. */
  readonly compression: number | undefined;
  /** The piece of the job that is worked on. */
  readonly piece: number;
}

/**
 * Tells another thread whether this one is inside a compressor, and since when: one that never returns cannot be
 * noticed from within. Reading a file may take as long as it likes.
 */
export class Watch {
  readonly #cells: Int32Array;
  /** The piece of the job that is worked on. */
  piece = 0;

  /** `memory` of `watchSize` bytes is shared with whoever looks; without it nobody does. */
  constructor(memory: ArrayBufferLike = new ArrayBuffer(watchSize)) {
    this.#cells = new Int32Array(memory);
  }

  enter(compression: number): void {
    Atomics.store(this.#cells, piece, this.piece);
    Atomics.store(this.#cells, inside, compression + 1);
    Atomics.add(this.#cells, counter, 1);
  }

  leave(): void {
    Atomics.store(this.#cells, inside, 0);
  }

  look(): Sight {
    const open = Atomics.load(this.#cells, inside);
    return {
      count: Atomics.load(this.#cells, counter),
      compression: open === 0 ? undefined : open - 1,
      piece: Atomics.load(this.#cells, piece),
    };
  }
}
