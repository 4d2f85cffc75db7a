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

  /** All of it, in order, cut where `lengthOf` says: it is asked for the length of each part with what is left. */
  *parts(lengthOf: (rest: number) => number): Generator<PackedRange[]> {
    let rest = this.size;
    let room = Math.min(rest, lengthOf(rest));
    let part: PackedRange[] = [];
    for (const index of this.#order) {
      const size = this.#sizes[index]!;
      for (let start = 0; start < size;) {
        const length = Math.min(room, size - start);
        part.push({ index, start, length });
        start += length;
        room -= length;
        rest -= length;
        if (room > 0) continue;
        yield part;
        part = [];
        room = Math.min(rest, lengthOf(rest));
      }
    }
  }
}
