import { SHA256_SIZE } from "../execute/sha256.ts";

/** Numbers that grow in number. */
type Column = Uint32Array | Float64Array;

function grown<C extends Column>(column: C, needed: number): C {
  if (needed <= column.length) return column;
  const larger = new (column.constructor as new (length: number) => C)(Math.max(needed, 2 * column.length));
  larger.set(column);
  return larger;
}

/** Names digests by numbers, which count from 0: equal ones alike. About 40 bytes each. */
export class SliceIds {
  /** How many ids there are. */
  count = 0;
  #digests = new Uint8Array(1024 * SHA256_SIZE);
  /** Ids plus 1, at the places that the digests' first bytes say, or behind. */
  #places = new Uint32Array(4096);

  idOf(digest: Uint8Array): number {
    if (2 * this.count >= this.#places.length) this.#rehash();
    const place = this.#placeOf(digest);
    const known = this.#places[place]!;
    if (known > 0) return known - 1;
    const id = this.count++;
    this.#places[place] = id + 1;
    const end = (id + 1) * SHA256_SIZE;
    if (end > this.#digests.length) {
      const larger = new Uint8Array(2 * this.#digests.length);
      larger.set(this.#digests);
      this.#digests = larger;
    }
    this.#digests.set(digest, id * SHA256_SIZE);
    return id;
  }

  /** Where the id of a digest is, or goes. */
  #placeOf(digest: Uint8Array): number {
    const mask = this.#places.length - 1;
    let place = (digest[0]! | (digest[1]! << 8) | (digest[2]! << 16) | (digest[3]! << 24)) & mask;
    while (this.#places[place]! > 0 && !this.#has(this.#places[place]! - 1, digest))
      place = (place + 1) & mask;
    return place;
  }

  #has(id: number, digest: Uint8Array): boolean {
    const base = id * SHA256_SIZE;
    for (let i = 0; i < SHA256_SIZE; i++) if (this.#digests[base + i] !== digest[i]) return false;
    return true;
  }

  #rehash(): void {
    this.#places = new Uint32Array(2 * this.#places.length);
    for (let id = 0; id < this.count; id++) {
      const digest = this.#digests.subarray(id * SHA256_SIZE, (id + 1) * SHA256_SIZE);
      this.#places[this.#placeOf(digest)] = id + 1;
    }
  }
}

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
