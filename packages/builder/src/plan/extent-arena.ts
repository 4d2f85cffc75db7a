import { grown } from "./grown.ts";

/**
 * The extents of all compressed files, one file after another in one array: an array a file would cost a
 * million small files more than their extents.
 */
export class ExtentArena {
  #numbers = new Uint32Array(1024);
  #length = 0;
  /** By position of an extent that does not stand behind the one before it: its block. */
  readonly #jumps = new Map<number, number>();

  /** Where the next extent goes. */
  get position(): number {
    return this.#length / 2;
  }

  /** Appends extents as pairs: the logical length, then `blocks * 2 + compressed`. */
  append(pairs: ArrayLike<number>): void {
    const needed = this.#length + pairs.length;
    this.#numbers = grown(this.#numbers, needed);
    this.#numbers.set(pairs, this.#length);
    this.#length = needed;
  }

  /** Appends the extents from `first` up to `behind` once more. */
  copy(first: number, behind: number): void {
    this.append(this.#numbers.slice(2 * first, 2 * behind));
  }

  /** Forgets the extents from `position` on. */
  truncate(position: number): void {
    this.#length = 2 * position;
  }

  /** Says that the next extent stands at `block`, wherever the one before it ends. */
  jump(block: number): void {
    this.#jumps.set(this.position, block);
  }

  /** Where extent `position` stands, unless it is behind the one before it. */
  jumpAt(position: number): number | undefined {
    return this.#jumps.get(position);
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
