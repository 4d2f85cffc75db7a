/** Places where a file is cut, which are not closer to each other than `shortest` bytes. */
export class Cuts {
  /** Ascending, the beginning and the end of the file among them. */
  readonly #offsets: number[];
  readonly #shortest: number;

  constructor(size: number, shortest: number) {
    this.#offsets = [0, size];
    this.#shortest = shortest;
  }

  /** All but the beginning of the file, ascending. */
  *ends(): Generator<number> {
    for (let i = 1; i < this.#offsets.length; i++) yield this.#offsets[i]!;
  }

  /** Adds a place that `atOrAfter` or `atOrBefore` answered. */
  add(offset: number): void {
    const at = this.#position(offset);
    if (this.#offsets[at] !== offset) this.#offsets.splice(at, 0, offset);
  }

  has(offset: number): boolean {
    return this.#offsets[this.#position(offset)] === offset;
  }

  /** The first place from `offset` on that is a cut, or may be one. */
  atOrAfter(offset: number): number {
    const at = this.#position(offset);
    const high = this.#offsets[at]!;
    if (high === offset) return offset;
    const place = Math.max(offset, this.#offsets[at - 1]! + this.#shortest);
    return high - place < this.#shortest ? high : place;
  }

  /** The last place up to `offset` that is a cut, or may be one. */
  atOrBefore(offset: number): number {
    const at = this.#position(offset);
    const high = this.#offsets[at]!;
    if (high === offset) return offset;
    const low = this.#offsets[at - 1]!;
    const place = Math.min(offset, high - this.#shortest);
    return place - low < this.#shortest ? low : place;
  }

  /** The number of cuts below `offset`. */
  #position(offset: number): number {
    let low = 0;
    let high = this.#offsets.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#offsets[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
