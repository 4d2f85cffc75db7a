import { MAX_EXTENT_SIZE } from "@erofs/format";
import type { Extent } from "../extents/extent.ts";
import type { ImageState } from "../image-state.ts";
import { covers, recordOf } from "./extent-record.ts";

/** Blocks of which is remembered what was read: 16 GiB of blocks of 4 KiB take 32 MiB of memory. */
const MAX_BLOCKS = 1 << 22;
/**
 * What a byte of the image may cost, in bytes decoded: up to the 12 MiB that an extent may have, of a block of 4 KiB. Files
 * of zeros come near it (mkfs.erofs: 200 MB in 60 clusters of 4 KiB); LZ4 alone could do with 255. What comes of such
 * clusters comes fast, at 1 GB/s and more: for a hostile image, seconds per MiB of it; a minute where it is LZMA that was
 * made to be slow.
 */
const MAX_EXPANSION = MAX_EXTENT_SIZE / 4096;
/** What even the smallest image may make so much of. */
const MIN_SIZE = 65_536;

/** What reading an image's content, or its metadata, may cost, in bytes decoded. @param sizes bytes of the sources */
export function workLimit(sizes: readonly number[]): number {
  const size = sizes.reduce((sum, each) => sum + each, MIN_SIZE);
  return Math.min(size * MAX_EXPANSION, Number.MAX_SAFE_INTEGER);
}

/** The cell of what all reading together may still cost; behind it one for each block. */
const BUDGET = 0;
const FIRST_BLOCK = 1;

/**
 * What everybody who checks content of one image knows together, threads too: which extents are sound, so that those of
 * several files are read once, and what reading may still cost, so that overlapping claims cannot make a check endless.
 * Each fact is one cell, and true whoever wrote it last.
 */
export class Ledger {
  readonly #cells: BigUint64Array;
  readonly #blockSize: number;
  readonly #sizes: readonly number[];
  /** For each device the cell of its first block. */
  readonly #first: readonly number[];

  private constructor({ devices, blockSize }: ImageState, buffer: ArrayBufferLike) {
    this.#blockSize = blockSize;
    this.#sizes = devices.sizes;
    let cell = FIRST_BLOCK;
    this.#first = devices.sizes.map((size) => {
      const first = cell;
      cell += Math.ceil(size / blockSize);
      return first;
    });
    this.#cells = new BigUint64Array(buffer);
  }

  /** A ledger for one thread. */
  static alone(image: ImageState): Ledger {
    const ledger = new Ledger(image, new ArrayBuffer(bytesFor(image)));
    ledger.#fund();
    return ledger;
  }

  /** The memory of a ledger that threads have in common, for `on`. */
  static share(image: ImageState): SharedArrayBuffer {
    const buffer = new SharedArrayBuffer(bytesFor(image));
    new Ledger(image, buffer).#fund();
    return buffer;
  }

  /** The ledger that others have too, with an image opened from the same sizes. */
  static on(buffer: SharedArrayBuffer, image: ImageState): Ledger {
    return new Ledger(image, buffer);
  }

  get hasBudget(): boolean {
    return BigInt.asIntN(64, Atomics.load(this.#cells, BUDGET)) > 0n;
  }

  spend(work: number): void {
    Atomics.sub(this.#cells, BUDGET, BigInt(work));
  }

  /** Whether the extent is known to be sound: one at its place was, that had at least as much. */
  isSound(extent: Extent): boolean {
    const place = this.#placeOf(extent);
    return place !== undefined && covers(Atomics.load(this.#cells, place.cell), place.record);
  }

  /** Remembers that the extent is sound. */
  remember(extent: Extent): void {
    const place = this.#placeOf(extent);
    if (place !== undefined) Atomics.store(this.#cells, place.cell, place.record);
  }

  #fund(): void {
    this.#cells[BUDGET] = BigInt(workLimit(this.#sizes));
  }

  /** What is remembered of an extent, and in the cell of which block; undefined where nothing is. */
  #placeOf(extent: Extent): { cell: number; record: bigint } | undefined {
    const { device, physical } = extent;
    // Behind the end of a device come the cells of the next one.
    if (!(physical >= 0 && physical < (this.#sizes[device] as number))) return undefined;
    const cell = (this.#first[device] as number) + Math.floor(physical / this.#blockSize);
    if (cell >= this.#cells.length) return undefined;
    const record = recordOf(extent, physical % this.#blockSize);
    return record === undefined ? undefined : { cell, record };
  }
}

function bytesFor({ devices, blockSize }: ImageState): number {
  const cells = devices.sizes.reduce((sum, size) => sum + Math.ceil(size / blockSize), FIRST_BLOCK);
  return Math.min(cells, MAX_BLOCKS) * BigUint64Array.BYTES_PER_ELEMENT;
}
