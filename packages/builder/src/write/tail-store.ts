/**
 * Tails that were read together with their files' blocks, until the inodes that they go behind are written: a
 * second opening of each file costs a tenth of a build of small files. What does not fit is read again, so
 * memory stays bounded whatever the tree.
 */
export class TailStore {
  readonly #tails = new Map<number, Uint8Array>();
  #room: number;

  constructor(room = 64 << 20) {
    this.#room = room;
  }

  /** Sets room aside for `size` bytes that are on their way; false when there is none. */
  reserve(size: number): boolean {
    if (size > this.#room) return false;
    this.#room -= size;
    return true;
  }

  /** Keeps the tail of an inode, for which room is reserved. */
  keep(index: number, tail: Uint8Array): void {
    this.#tails.set(index, tail);
  }

  /** The tail of an inode, if it is here. */
  get(index: number): Uint8Array | undefined {
    return this.#tails.get(index);
  }
}
