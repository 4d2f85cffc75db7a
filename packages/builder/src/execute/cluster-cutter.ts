import { alignUp } from "@erofs/format";
import { RunEnd } from "./jobs.ts";
import type { GuardedEncoder } from "./guarded-encoder.ts";
import type { Verify } from "./verifier.ts";

export interface ClusterSizes {
  readonly blockSize: number;
  readonly pclusterSize: number;
  /** The most bytes that a cluster decodes to. */
  readonly maxExtentBytes: number;
}

/** Bytes that are compressed by themselves: a file, or a segment of one. */
export interface Run {
  readonly length: number;
  /** Fills `target` with the bytes from `offset` of the run on. */
  readonly read: (target: Uint8Array, offset: number) => void;
  readonly end: RunEnd;
  /** Whether bytes of plain blocks stand where they do in a block of the file; the run begins with one. */
  readonly interlaced: boolean;
}

const noBytes = new Uint8Array(0);

/** Extents of a run as pairs of numbers: the logical length, then `blocks * 2 + compressed`. */
export type ExtentPairs = number[];

/**
 * The last cluster is made of whole blocks, with a tail of its own behind it, where less than this of its last block is
 * used: a tail begins without what went before. Sources in clusters of 64 KiB by lz4hc: 14.55 MB with 0.5, 14.48 with 0.7,
 * 14.55 with 0.85, 14.74 with 1; by Zstandard 11.48, 11.37, 11.38, 11.47.
 */
const mostRest = 0.7;

/**
 * Cuts runs of input into physical clusters: each is filled as far as the encoder can, and bytes that do not
 * shrink are stored plain, a block an extent.
 */
export class ClusterCutter {
  readonly #encoder: GuardedEncoder;
  readonly #verify: Verify | undefined;
  readonly #blockSize: number;
  readonly #pclusterSize: number;
  /** Bytes of a run that the encoder is shown at once. */
  readonly #windowSize: number;
  /** Whether the encoder is shown no more than one cluster may decode to. */
  readonly #isLimited: boolean;
  /** Bytes of the last run's last cluster that nothing is in: part of a block. */
  unused = 0;
  /** Bytes of the last run's last cluster, if it can go behind the inode: at the end of a block, or if plain at its start. */
  tailSize = 0;
  /** The bytes at the end of the last run that are left to the packed inode, until the next one: they are in no extent. */
  fragment: Uint8Array = noBytes;
  /** About what that will take in the packed inode, bytes. */
  fragmentCost = 0;

  constructor(encoder: GuardedEncoder, verify: Verify | undefined, sizes: ClusterSizes) {
    this.#encoder = encoder;
    this.#verify = verify;
    this.#blockSize = sizes.blockSize;
    this.#pclusterSize = sizes.pclusterSize;
    this.#windowSize = Math.min(encoder.input.length, sizes.maxExtentBytes);
    this.#isLimited = this.#windowSize < encoder.input.length;
  }

  /**
   * Cuts a run and writes whole blocks to `out` from `position` on; there must be room for the input, rounded up to
   * blocks, which is never exceeded. Appends to `extents`, sets `tailSize` and `fragment`.
   *
   * Where compression saves no block beyond what its index takes, the answer is 0 and `out` holds the input
   * itself, zero-padded, without extents; else it is the number of blocks written.
   */
  cut(run: Run, out: Uint8Array, position: number, extents: ExtentPairs): number {
    const { length, read, interlaced } = run;
    const blockSize = this.#blockSize;
    const encoder = this.#encoder;
    const { input } = encoder;
    const firstExtent = extents.length;
    // What is cut elsewhere is not taken back: others may have its extents.
    const limit = run.end === RunEnd.whole ? Infinity : length - indexSize(length, blockSize);
    const packsTail = run.end === RunEnd.inline;
    const packsFragment = run.end === RunEnd.fragment;
    let shrinks = false;
    this.tailSize = 0;
    this.fragment = noBytes;
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
        windowLength = Math.min(this.#windowSize, length - done);
        read(input.subarray(keep, windowLength), done + keep);
        encoder.begin(windowLength);
      }
      const start = done - windowStart;
      const left = length - done;
      if (packsFragment && left <= this.#pclusterSize) {
        this.fragment = input.subarray(start, start + left);
        this.fragmentCost = done > 0 ? Math.min(left, Math.ceil((left * written) / done)) : left;
        break;
      }
      let consumed = 0;
      let produced = 0;
      // What is left fits one block as it is: nothing can be saved but in a tail.
      if (left > blockSize || packsTail) {
        encoder.encodeAt(start, left > blockSize ? this.#pclusterSize : blockSize);
        const rest = encoder.produced % blockSize;
        if (
          packsTail &&
          encoder.consumed === left &&
          encoder.produced > rest &&
          rest > 0 &&
          rest < mostRest * blockSize
        ) {
          encoder.encodeAt(start, encoder.produced - rest);
        }
        ({ consumed, produced } = encoder);
      }
      if (packsFragment && consumed === left && produced < this.#pclusterSize) {
        this.fragment = input.subarray(start, start + left);
        this.fragmentCost = produced;
        break;
      }
      const size = Math.ceil(produced / blockSize) * blockSize;
      const isTail = packsTail && consumed === left && produced < blockSize;
      if (produced > 0 && (isTail ? produced : size) < consumed) {
        if (written + (isTail ? produced : size) > limit)
          return this.#giveUp(run, out, position, extents, firstExtent);
        this.#put(input.subarray(start, start + consumed), out, position + written);
        if (isTail) this.tailSize = produced;
        shrinks = true;
        extents.push(consumed, (size / blockSize) * 2 + 1);
        written += size;
        done += consumed;
      } else {
        // The encoder saw this far and saved nothing: trying again for each block of it would only take time.
        const seen = Math.floor(consumed / blockSize);
        const count = Math.max(1, Math.min(seen, Math.floor(left / blockSize)));
        const taken = Math.min(left, count * blockSize);
        const endsInTail = packsTail && taken < blockSize;
        if (written + (endsInTail ? taken : count * blockSize) > limit) {
          return this.#giveUp(run, out, position, extents, firstExtent);
        }
        if (endsInTail) this.tailSize = taken;
        for (let i = 0; i < count; i++) {
          const part = Math.min(blockSize, length - done);
          const from = done - windowStart;
          const at = position + written;
          const shift = interlaced ? done % blockSize : 0;
          // The bytes up to the next block of the file, and behind it.
          const head = Math.min(part, blockSize - shift);
          out.fill(0, at, at + blockSize);
          out.set(input.subarray(from, from + head), at + shift);
          out.set(input.subarray(from + head, from + part), at);
          extents.push(part, 2);
          this.unused = blockSize - part;
          written += blockSize;
          done += part;
        }
      }
    }
    if (run.end === RunEnd.whole && extents.at(-1) === 2 && extents.at(-2)! < blockSize) {
      return (this.#lengthenEnd(run, out, position + written, extents, firstExtent) - position) / blockSize;
    }
    // What does not shrink is not taken apart.
    if (written > 0 && !shrinks && packsFragment)
      return this.#giveUp(run, out, position, extents, firstExtent);
    return written / blockSize;
  }

  /** Writes what the encoder made of `source` to the end of whole blocks at `at` of `out`. Returns their bytes. */
  #put(source: Uint8Array, out: Uint8Array, at: number): number {
    const { output, produced } = this.#encoder;
    const stream = output.subarray(0, produced);
    this.#verify?.(stream, source);
    const size = alignUp(produced, this.#blockSize);
    this.unused = size - produced;
    out.fill(0, at, at + this.unused);
    out.set(stream, at + this.unused);
    return size;
  }

  /**
   * Makes the last extent of a run longer, which is plain and shorter than a block: the last cluster that can do with
   * less leaves so much to the blocks behind it that all are full. Where none can, the last two blocks and what is over are one
   * extent; Linux reads that from 6.8 on. `end` is where the run ends in `out`, then where it does afterwards.
   */
  #lengthenEnd(
    { length, read }: Run,
    out: Uint8Array,
    end: number,
    extents: ExtentPairs,
    first: number,
  ): number {
    const blockSize = this.#blockSize;
    const encoder = this.#encoder;
    let behind = 0; // bytes behind the clusters that stay
    let isFull = false;
    while (!isFull && extents.length > first) {
      const kind = extents.pop()!;
      const logical = extents.pop()!;
      end -= (kind >>> 1) * blockSize;
      behind += logical;
      if ((kind & 1) === 0) continue;
      const start = length - behind;
      for (let limit = logical; ;) {
        const taken = limit - ((((limit - behind) % blockSize) + blockSize) % blockSize);
        if (taken <= blockSize) break;
        const source = encoder.input.subarray(0, taken);
        read(source, start);
        encoder.begin(taken);
        encoder.encodeAt(0, this.#pclusterSize);
        const { consumed, produced } = encoder;
        if (alignUp(produced, blockSize) >= consumed) break;
        limit = consumed;
        if (consumed < taken) continue;
        const size = this.#put(source, out, end);
        extents.push(taken, (size / blockSize) * 2 + 1);
        end += size;
        behind -= taken;
        isFull = true;
        break;
      }
    }
    read(out.subarray(end, end + behind), length - behind);
    const size = alignUp(behind, blockSize);
    out.fill(0, end + behind, end + size);
    const odd = behind % blockSize;
    const blocks = odd === 0 ? behind / blockSize : Math.floor(behind / blockSize) - 2;
    for (let i = 0; i < blocks; i++) extents.push(blockSize, 2);
    if (odd > 0) extents.push(2 * blockSize + odd, 3 * 2);
    return end + size;
  }

  /**
   * Whether the window should slide before the next cluster: when less stands behind `start` than a cluster of
   * well compressible data may take. It depends on sizes alone, so the same input is always cut alike.
   */
  #wantsMore(start: number, windowLength: number, total: number): boolean {
    const capacity = this.#windowSize;
    const ahead = this.#isLimited
      ? capacity
      : Math.min(capacity, Math.max(capacity / 4, 16 * this.#pclusterSize));
    return start > 0 && windowLength < total && windowLength - start < ahead;
  }

  #giveUp(
    { length, read }: Run,
    out: Uint8Array,
    position: number,
    extents: ExtentPairs,
    firstExtent: number,
  ): 0 {
    extents.length = firstExtent;
    this.tailSize = 0;
    this.fragment = noBytes;
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
