/**
 * Places inodes with all that follows them in metadata blocks. Best fit over every block that still has room:
 * on trees of small files, whose tails live behind their inodes, what is wasted here is the image's size.
 *
 * Inodes stand at multiples of 32 bytes (`EROFS_ISLOTBITS`), so room is counted in slots of 32 bytes.
 */
export class MetadataSpace {
  readonly #blockSize: number;
  readonly #slotsPerBlock: number;
  /** By number of free slots: the first free byte of each such block, latest last. */
  readonly #open: number[][];
  #end: number;

  /** New blocks are taken from `start` on, which must be a multiple of the block size. */
  constructor(blockSize: number, start: number) {
    this.#blockSize = blockSize;
    this.#slotsPerBlock = blockSize / 32;
    this.#open = Array.from({ length: this.#slotsPerBlock + 1 }, () => []);
    this.#end = start;
  }

  /** First byte behind all blocks that were taken. */
  get end(): number {
    return this.#end;
  }

  /** Offers the room from `offset` up to the end of its block, in a block that others began. */
  offer(offset: number): void {
    const aligned = Math.ceil(offset / 32) * 32;
    const used = aligned % this.#blockSize;
    if (used !== 0) this.#open[(this.#blockSize - used) / 32]!.push(aligned);
  }

  /**
   * A place for `size` bytes that must lie in one block, or that span as few whole blocks as can be when they
   * are larger than one.
   */
  place(size: number): number {
    const slots = Math.ceil(size / 32);
    for (let free = slots; free < this.#slotsPerBlock; free++) {
      const offset = this.#open[free]!.pop();
      if (offset !== undefined) {
        if (free > slots) this.#open[free - slots]!.push(offset + slots * 32);
        return offset;
      }
    }
    const offset = this.#end;
    this.#end += Math.ceil(size / this.#blockSize) * this.#blockSize;
    this.offer(offset + size);
    return offset;
  }
}
