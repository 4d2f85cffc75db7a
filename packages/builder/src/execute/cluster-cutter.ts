import type { GuardedEncoder } from "./guarded-encoder.ts";
import type { Verify } from "./verifier.ts";

export interface ClusterSizes {
  readonly blockSize: number;
  readonly pclusterSize: number;
}

/** Extents of a run as pairs of numbers: the logical length, then `blocks * 2 + compressed`. */
export type ExtentPairs = number[];

/**
 * Cuts runs of input into physical clusters: each is filled as far as the encoder can, and bytes that do not
 * shrink are stored plain, a block an extent.
 */
export class ClusterCutter {
  readonly #encoder: GuardedEncoder;
  readonly #verify: Verify | undefined;
  readonly #blockSize: number;
  readonly #pclusterSize: number;
  /** Bytes of the last run's last cluster that nothing is in: part of a block. */
  unused = 0;

  constructor(encoder: GuardedEncoder, verify: Verify | undefined, sizes: ClusterSizes) {
    this.#encoder = encoder;
    this.#verify = verify;
    this.#blockSize = sizes.blockSize;
    this.#pclusterSize = sizes.pclusterSize;
  }

  /**
   * Cuts `length` bytes that `read` delivers and writes whole blocks to `out` from `position` on; there must be
   * room for the input, rounded up to blocks, which is never exceeded. Appends to `extents`.
   *
   * Where compression saves no block beyond what its index takes, the answer is 0 and `out` holds the input
   * itself, zero-padded, without extents; else it is the number of blocks written.
   */
  cut(
    length: number,
    read: (target: Uint8Array, offset: number) => void,
    out: Uint8Array,
    position: number,
    extents: ExtentPairs,
  ): number {
    const blockSize = this.#blockSize;
    const encoder = this.#encoder;
    const { input } = encoder;
    const firstExtent = extents.length;
    const limit = length - indexSize(length, blockSize);
    let written = 0;
    let windowStart = 0; // run offset of the window's first byte
    let windowLength = 0;
    let done = 0;
    while (done < length) {
      if (
        done === windowStart + windowLength ||
        this.#wantsMore(done - windowStart, windowLength, length - windowStart)
      ) {
        const keep = windowStart + windowLength - done;
        input.copyWithin(0, windowLength - keep, windowLength);
        windowStart = done;
        windowLength = Math.min(input.length, length - done);
        read(input.subarray(keep, windowLength), done + keep);
        encoder.begin(windowLength);
      }
      const start = done - windowStart;
      const left = length - done;
      let consumed = 0;
      let blocks = 0;
      // What is left fits one block as it is: nothing can be saved.
      if (left > blockSize) {
        encoder.encodeAt(start, this.#pclusterSize);
        consumed = encoder.consumed;
        blocks = Math.ceil(encoder.produced / blockSize);
      }
      if (blocks > 0 && blocks * blockSize < consumed) {
        const size = blocks * blockSize;
        if (written + size > limit) return this.#giveUp(length, read, out, position, extents, firstExtent);
        const stream = encoder.output.subarray(0, encoder.produced);
        this.#verify?.(stream, input.subarray(start, start + consumed));
        const at = position + written;
        this.unused = size - stream.length;
        out.fill(0, at, at + this.unused);
        out.set(stream, at + this.unused);
        extents.push(consumed, blocks * 2 + 1);
        written += size;
        done += consumed;
      } else {
        // The encoder saw this far and saved nothing: trying again for each block of it would only take time.
        const seen = Math.floor(consumed / blockSize);
        const count = Math.max(1, Math.min(seen, Math.floor(left / blockSize)));
        if (written + count * blockSize > limit) {
          return this.#giveUp(length, read, out, position, extents, firstExtent);
        }
        for (let i = 0; i < count; i++) {
          const size = Math.min(blockSize, length - done);
          const from = done - windowStart;
          const at = position + written;
          out.set(input.subarray(from, from + size), at);
          out.fill(0, at + size, at + blockSize);
          extents.push(size, 2);
          this.unused = blockSize - size;
          written += blockSize;
          done += size;
        }
      }
    }
    return written / blockSize;
  }

  /**
   * Whether the window should slide before the next cluster: when less stands behind `start` than a cluster of
   * well compressible data may take. It depends on sizes alone, so the same input is always cut alike.
   */
  #wantsMore(start: number, windowLength: number, total: number): boolean {
    const capacity = this.#encoder.input.length;
    const ahead = Math.min(capacity, Math.max(capacity / 4, 16 * this.#pclusterSize));
    return start > 0 && windowLength < total && windowLength - start < ahead;
  }

  #giveUp(
    length: number,
    read: (target: Uint8Array, offset: number) => void,
    out: Uint8Array,
    position: number,
    extents: ExtentPairs,
    firstExtent: number,
  ): 0 {
    extents.length = firstExtent;
    const end = position + Math.ceil(length / this.#blockSize) * this.#blockSize;
    read(out.subarray(position, position + length), 0);
    out.fill(0, position + length, end);
    return 0;
  }
}

/** About what the index of a run takes: an entry of 2 to 4 bytes a block, 8 for the header, up to 7 for alignment. */
export function indexSize(length: number, blockSize: number): number {
  return 16 + 2 * Math.ceil(length / blockSize);
}
