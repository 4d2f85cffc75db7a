/** Memory comes in pieces of this size: an object a tail would take as much again. */
const pieceSize = 1 << 20;
/** For tails that can be read again. */
const roomForCopies = 64 << 20;
/** For these and those that nobody else has: half a million of files of a few hundred bytes. */
const roomForAll = 256 << 20;

/**
 * Tails that came with their files' blocks, until the inodes that they go behind are written. Compressed ones are
 * nowhere else; of others, a second opening of each file costs a tenth of a build of small files. Both are
 * bounded, so memory is, whatever the tree.
 */
export class TailStore {
  /** By inode index, bytes from the first piece on. */
  readonly #places = new Map<number, number>();
  readonly #pieces: Uint8Array[] = [];
  #end = 0;
  #copies = 0;
  #all = 0;

  /** Sets room aside for `size` bytes that can be read again; false when there is none. */
  reserveCopy(size: number): boolean {
    if (this.#copies + size > roomForCopies || !this.reserve(size)) return false;
    this.#copies += size;
    return true;
  }

  /** Sets room aside for `size` bytes that nobody else has; false when there is none. */
  reserve(size: number): boolean {
    if (this.#all + size > roomForAll) return false;
    this.#all += size;
    return true;
  }

  /** Keeps a copy of the tail of an inode, less than 64 KiB, for which room is reserved. */
  keep(index: number, tail: Uint8Array): void {
    if (this.#end + tail.length > this.#pieces.length * pieceSize) {
      this.#end = this.#pieces.length * pieceSize;
      this.#pieces.push(new Uint8Array(pieceSize));
    }
    this.#pieces.at(-1)!.set(tail, this.#end % pieceSize);
    this.#places.set(index, this.#end);
    this.#end += tail.length;
  }

  /** The tail of an inode, of `size` bytes, if it is here. */
  get(index: number, size: number): Uint8Array | undefined {
    const place = this.#places.get(index);
    if (place === undefined) return undefined;
    const at = place % pieceSize;
    return this.#pieces[(place - at) / pieceSize]!.subarray(at, at + size);
  }
}
