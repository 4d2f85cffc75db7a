import { ChunkFormat, chunkEntrySize, encodeChunkTable, NULL_BLOCK } from "@erofs/format";

/** What says that an inode has no table. */
const none = 0xff;

/** Chunks that are encoded at once: as objects, millions would take much memory. */
const atOnce = 4096;

/**
 * The chunk tables of all files that are made of chunks of one size, by inode index: six bytes a chunk. All chunks are
 * holes at first.
 */
export class ChunkTables {
  /** Bits of the chunk format by inode, or `none`. */
  readonly #formats: Uint8Array;
  /** Where the table of an inode begins in the columns, and how many entries it has. */
  readonly #firsts: Float64Array;
  readonly #counts: Uint32Array;
  #blocks = new Uint32Array(0);
  #devices = new Uint16Array(0);
  /** By the number of a device in the tables, its id in the image. */
  #deviceIds: readonly number[] = [0];

  /** @param inodeCount of the image */
  constructor(inodeCount: number) {
    this.#formats = new Uint8Array(inodeCount).fill(none);
    this.#firsts = new Float64Array(inodeCount);
    this.#counts = new Uint32Array(inodeCount);
  }

  /** Makes the tables of `files`, inode indexes: each has as many chunks of the `format` as `counts` says. */
  open(files: readonly number[], counts: readonly number[], format: number): void {
    let total = 0;
    for (const [i, index] of files.entries()) {
      this.#formats[index] = format;
      this.#firsts[index] = total;
      this.#counts[index] = counts[i]!;
      total += counts[i]!;
    }
    this.#blocks = new Uint32Array(total).fill(NULL_BLOCK);
    this.#devices = new Uint16Array(total);
  }

  has(index: number): boolean {
    return this.#formats[index] !== none;
  }

  /** `ChunkFormat` of an inode. */
  formatOf(index: number): number {
    return this.#formats[index]!;
  }

  /** Bytes of the table of an inode. */
  sizeOf(index: number): number {
    return this.#counts[index]! * chunkEntrySize(this.formatOf(index));
  }

  /** Says where a chunk is: at a block of a device, which has any number that `setDeviceIds` knows. */
  set(index: number, chunk: number, device: number, block: number): void {
    const at = this.#firsts[index]! + chunk;
    this.#devices[at] = device;
    this.#blocks[at] = block;
  }

  /**
   * Makes the chunks of an inode twice as large while all of them stand where such chunks would: what was not shared
   * needs one entry. A pair of which only one is a hole stays.
   */
  join(index: number): void {
    const first = this.#firsts[index]!;
    let count = this.#counts[index]!;
    let bits = this.#formats[index]! & ChunkFormat.sizeBits;
    while (count > 1 && bits < ChunkFormat.sizeBits && this.#joins(first, count, 2 ** bits)) {
      for (let at = 0; at < count; at += 2) {
        this.#blocks[first + at / 2] = this.#blocks[first + at]!;
        this.#devices[first + at / 2] = this.#devices[first + at]!;
      }
      count = Math.ceil(count / 2);
      bits++;
    }
    this.#counts[index] = count;
    this.#formats[index] = (this.#formats[index]! & ~ChunkFormat.sizeBits) | bits;
  }

  /** Whether each second chunk stands behind the one before it, `blocks` blocks further on. */
  #joins(first: number, count: number, blocks: number): boolean {
    for (let at = first; at + 1 < first + count; at += 2) {
      const block = this.#blocks[at]!;
      const next = this.#blocks[at + 1]!;
      if (block === NULL_BLOCK || next === NULL_BLOCK) {
        if (block !== next) return false;
      } else if (next !== block + blocks || this.#devices[at] !== this.#devices[at + 1]) {
        return false;
      }
    }
    return true;
  }

  /** The numbers of all devices on which chunks are, ascending. */
  usedDevices(): number[] {
    const used = new Set<number>();
    for (let at = 0; at < this.#blocks.length; at++) {
      if (this.#blocks[at] !== NULL_BLOCK) used.add(this.#devices[at]!);
    }
    return [...used].toSorted((a, b) => a - b);
  }

  /** Gives the devices, by their numbers, ids of the device table. */
  setDeviceIds(ids: readonly number[]): void {
    this.#deviceIds = ids;
  }

  /** Writes the table of an inode at `offset` of `target`. */
  write(index: number, target: Uint8Array, offset: number): void {
    const format = this.formatOf(index);
    const end = this.#firsts[index]! + this.#counts[index]!;
    let at = offset;
    for (let first = this.#firsts[index]!; first < end; first += atOnce) {
      const chunks = Array.from(this.#blocks.subarray(first, Math.min(end, first + atOnce)), (block, i) => ({
        device: block === NULL_BLOCK ? 0 : this.#deviceIds[this.#devices[first + i]!]!,
        block,
      }));
      const bytes = encodeChunkTable(chunks, format);
      target.set(bytes, at);
      at += bytes.length;
    }
  }
}
