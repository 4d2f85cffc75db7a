/**
 * The extents of all compressed files, one file after another in one array: an array a file would cost a
 * million small files more than their extents.
 */
export class ExtentArena {
  #numbers = new Uint32Array(1024);
  #length = 0;

  /** Where the next extent goes. */
  get position(): number {
    return this.#length / 2;
  }

  /** Appends extents as pairs: the logical length, then `blocks * 2 + compressed`. */
  append(pairs: ArrayLike<number>): void {
    const needed = this.#length + pairs.length;
    if (needed > this.#numbers.length) {
      const larger = new Uint32Array(Math.max(needed, 2 * this.#numbers.length));
      larger.set(this.#numbers.subarray(0, this.#length));
      this.#numbers = larger;
    }
    this.#numbers.set(pairs, this.#length);
    this.#length = needed;
  }

  /** Forgets the extents from `position` on. */
  truncate(position: number): void {
    this.#length = 2 * position;
  }

  /** Logical bytes of extent `position`. */
  logicalSize(position: number): number {
    return this.#numbers[2 * position]!;
  }

  blocks(position: number): number {
    return this.#numbers[2 * position + 1]! >>> 1;
  }

  isCompressed(position: number): boolean {
    return (this.#numbers[2 * position + 1]! & 1) === 1;
  }
}
