import { BuildError } from "@erofs/format";
import type { EncodeResult, Encoder } from "@erofs/compressor";

export interface ClusterSizes {
  readonly blockSize: number;
  readonly pclusterSize: number;
}

/** Extents of a run as pairs of numbers: the logical length, then `blocks * 2 + compressed`. */
export type ExtentPairs = number[];

/** Input as the cutter wants it: an encoder's window, or the same made of ordinary memory. */
interface Window {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  begin(length: number): void;
  encodeAt(start: number, capacity: number): EncodeResult;
}

/** Memory for an encoder without a window of its own. */
const plainWindowSize = 4 << 20;

function windowOf(encoder: Encoder, maxOutput: number): Window {
  if (encoder.window) return encoder.window;
  const input = new Uint8Array(plainWindowSize);
  const output = new Uint8Array(maxOutput);
  let end = 0;
  return {
    input,
    output,
    begin: (length) => {
      end = length;
    },
    encodeAt: (start, capacity) => encoder.encode(input.subarray(start, end), output.subarray(0, capacity)),
  };
}

/**
 * Cuts runs of input into physical clusters: each is filled as far as the encoder can, and bytes that do not
 * shrink are stored plain, a block an extent.
 */
export class ClusterCutter {
  readonly #window: Window;
  readonly #blockSize: number;
  readonly #pclusterSize: number;
  readonly #name: string;

  constructor(encoder: Encoder, name: string, sizes: ClusterSizes) {
    this.#window = windowOf(encoder, sizes.pclusterSize);
    this.#blockSize = sizes.blockSize;
    this.#pclusterSize = sizes.pclusterSize;
    this.#name = name;
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
    const { input } = this.#window;
    const firstExtent = extents.length;
    // An entry of the compact index takes 2 to 4 bytes, its header 8 and up to 7 for alignment.
    const indexSize = 16 + 2 * Math.ceil(length / blockSize);
    const limit = length - indexSize;
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
        this.#window.begin(windowLength);
      }
      const start = done - windowStart;
      const left = length - done;
      // What is left fits one block as it is: nothing can be saved.
      const result = left <= blockSize ? undefined : this.#encode(start, windowLength - start);
      const blocks = result ? Math.ceil(result.produced / blockSize) : 0;
      if (result && blocks > 0 && blocks * blockSize < result.consumed) {
        const size = blocks * blockSize;
        if (written + size > limit) return this.#giveUp(length, read, out, position, extents, firstExtent);
        const at = position + written;
        out.fill(0, at, at + size - result.produced);
        out.set(this.#window.output.subarray(0, result.produced), at + size - result.produced);
        extents.push(result.consumed, blocks * 2 + 1);
        written += size;
        done += result.consumed;
      } else {
        // The encoder saw this far and saved nothing: trying again for each block of it would only take time.
        const seen = result ? Math.floor(result.consumed / blockSize) : 0;
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
    const capacity = this.#window.input.length;
    const ahead = Math.min(capacity, Math.max(capacity / 4, 16 * this.#pclusterSize));
    return start > 0 && windowLength < total && windowLength - start < ahead;
  }

  #encode(start: number, available: number): EncodeResult {
    const result = this.#window.encodeAt(start, this.#pclusterSize);
    const { consumed, produced } = result;
    if (!(consumed >= 0 && consumed <= available && produced >= 0 && produced <= this.#pclusterSize)) {
      throw this.#liar(
        `it consumed ${consumed} of ${available} bytes and produced ${produced} of ${this.#pclusterSize}`,
      );
    }
    if (produced > 0 && this.#window.output[0] === 0) {
      throw this.#liar("the first byte of its cluster is zero");
    }
    return result;
  }

  #liar(how: string): BuildError {
    return new BuildError(`compressor ${this.#name} breaks its contract: ${how}`, {}, "EPROTO");
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
