import { grown } from "./grown.ts";

/** The slices of files, in order. Columns rather than objects, for the million slices that there may be. */
export class SliceTable {
  /** Inode indexes of the files. */
  readonly files: number[] = [];
  /** By file its first slice, and behind the last file the number of all. */
  readonly firsts: number[] = [0];
  /** By slice. Equal slices have equal ids. */
  ids = new Uint32Array(1024);
  /** By slice: where in its file it ends. */
  ends = new Float64Array(1024);
  #count = 0;

  /** The file to which slices are added from here on. */
  begin(index: number): void {
    this.files.push(index);
    this.firsts.push(this.#count);
  }

  /** Adds a slice of `length` bytes to the last file. */
  add(length: number, id: number): void {
    const first = this.firsts[this.files.length - 1]!;
    const slice = this.#count++;
    this.ids = grown(this.ids, this.#count);
    this.ends = grown(this.ends, this.#count);
    this.ids[slice] = id;
    this.ends[slice] = (slice > first ? this.ends[slice - 1]! : 0) + length;
    this.firsts[this.files.length] = this.#count;
  }
}
