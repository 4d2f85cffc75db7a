/** A range of a file that stands in the packed inode. */
export interface PackedRange {
  /** Inode index of the file. */
  readonly index: number;
  /** Where in what is packed of the file it begins, bytes. */
  readonly start: number;
  readonly length: number;
}

/** The content of the packed inode: the ends of files, or whole ones, one behind the other. */
export class PackedContent {
  /** Bytes of it. */
  size = 0;
  /** By inode index: how many of the file's last bytes it has, and where. */
  readonly #sizes: Float64Array;
  readonly #offsets: Float64Array;
  readonly #order: number[] = [];

  /** @param count of inodes */
  constructor(count: number) {
    this.#sizes = new Float64Array(count);
    this.#offsets = new Float64Array(count);
  }

  /** Adds the last `size` bytes of a file. */
  add(index: number, size: number): void {
    this.#sizes[index] = size;
    this.#offsets[index] = this.size;
    this.#order.push(index);
    this.size += size;
  }

  /** Says that a file ends as another one does, which is there. */
  share(index: number, other: number): void {
    this.#sizes[index] = this.#sizes[other]!;
    this.#offsets[index] = this.#offsets[other]!;
  }

  /** How many of a file's last bytes it has. */
  sizeOf(index: number): number {
    return this.#sizes[index]!;
  }

  /** Where they begin. */
  offsetOf(index: number): number {
    return this.#offsets[index]!;
  }

  /** All that was added, in order: inode indexes. */
  files(): readonly number[] {
    return this.#order;
  }

  /** What stands from `offset` on, in order. */
  *ranges(offset: number, length: number): Generator<PackedRange> {
    let low = 0;
    let high = this.#order.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.#offsets[this.#order[middle]!]! <= offset) low = middle;
      else high = middle;
    }
    for (let left = length; left > 0; low++) {
      const index = this.#order[low]!;
      const start = offset + length - left - this.#offsets[index]!;
      const part = Math.min(left, this.#sizes[index]! - start);
      yield { index, start, length: part };
      left -= part;
    }
  }
}
