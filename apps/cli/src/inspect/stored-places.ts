import type { PhysicalRange } from "@erofs/reader";

/** Blocks whose marks are kept together: what images claim of far places must not take much memory. */
const pageBlocks = 512;

/** Counts stored bytes once, however many files have them: by where they begin. */
export class StoredPlaces {
  readonly #blockSize: number;
  /** By device and page, a bit a block. */
  readonly #pages = new Map<string, Uint8Array>();
  /** Places that are no beginning of a block. */
  readonly #odd = new Set<string>();
  /** How often something was counted that was known already, and its bytes. */
  readonly shared = { count: 0, stored: 0 };

  constructor(blockSize: number) {
    this.#blockSize = blockSize;
  }

  /** The bytes of a place that are counted for the first time: all of them or none. */
  take(place: PhysicalRange): number {
    if (this.#mark(place)) return place.length;
    this.shared.count++;
    this.shared.stored += place.length;
    return 0;
  }

  /** Marks a place; false where it was marked. */
  #mark({ device, offset }: PhysicalRange): boolean {
    const block = offset / this.#blockSize;
    if (!Number.isInteger(block)) {
      const { size } = this.#odd;
      return this.#odd.add(`${device}:${offset}`).size > size;
    }
    const inPage = block % pageBlocks;
    const key = `${device}:${(block - inPage) / pageBlocks}`;
    let page = this.#pages.get(key);
    if (page === undefined) this.#pages.set(key, (page = new Uint8Array(pageBlocks / 8)));
    const bit = 1 << (inPage % 8);
    const isNew = (page[inPage >> 3]! & bit) === 0;
    page[inPage >> 3]! |= bit;
    return isNew;
  }
}
