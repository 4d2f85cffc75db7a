import type { Attributes, Statistics } from "../file-system.ts";

/** `struct fuse_out_header`. */
export const OUT_HEADER_SIZE = 16;

const ATTR_SIZE = 88;
/** `struct fuse_entry_out`. */
export const ENTRY_SIZE = 40 + ATTR_SIZE;
/** `struct fuse_attr_out`. */
const ATTR_OUT_SIZE = 16 + ATTR_SIZE;
const STATFS_SIZE = 80;

/** How long the kernel may go by what it was told, without asking again. */
export interface Timeouts {
  /** Seconds, for names. */
  readonly entry: number;
  /** Seconds, for attributes. */
  readonly attributes: number;
}

/** Writes replies into one buffer. The methods return how many bytes a reply has, or a part of it. */
export class Reply {
  readonly bytes: Buffer;
  readonly #words: Uint32Array;
  readonly #timeouts: Timeouts;

  /** @param bytes,words the same memory, of as many bytes as the longest reply has */
  constructor(bytes: Buffer, words: Uint32Array, timeouts: Timeouts) {
    this.bytes = bytes;
    this.#words = words;
    this.#timeouts = timeouts;
  }

  /** @param error negative errno, or 0 */
  header(length: number, error: number, uniqueLow: number, uniqueHigh: number): void {
    const words = this.#words;
    words[0] = length;
    words[1] = error;
    words[2] = uniqueLow;
    words[3] = uniqueHigh;
  }

  /** The memory behind the header, `length` bytes of it. */
  body(length: number): Buffer {
    return this.bytes.subarray(OUT_HEADER_SIZE, OUT_HEADER_SIZE + length);
  }

  u32(at: number, value: number): void {
    this.#words[at >> 2] = value;
  }

  /** A safe integer as u64 or, where it is negative, as s64. */
  u64(at: number, value: number): void {
    const words = this.#words;
    const index = at >> 2;
    if (value >= 0 && value <= 0xffffffff) {
      words[index] = value;
      words[index + 1] = 0;
    } else {
      words[index] = value;
      words[index + 1] = Math.floor(value / 0x1_0000_0000);
    }
  }

  /** `struct fuse_entry_out` at byte `at`: what a name leads to. */
  entry(at: number, node: number, attributes: Attributes): number {
    const { entry, attributes: attribute } = this.#timeouts;
    this.u64(at, node);
    this.u64(at + 8, 0);
    this.u64(at + 16, Math.floor(entry));
    this.u64(at + 24, Math.floor(attribute));
    this.u32(at + 32, nanoseconds(entry));
    this.u32(at + 36, nanoseconds(attribute));
    this.#attr(at + 40, attributes);
    return ENTRY_SIZE;
  }

  /** The same for a name that is not there, to be kept as long as one that is; or, for `keep` false, not at all. */
  noEntry(at: number, keep: boolean): number {
    const start = at >> 2;
    this.#words.fill(0, start, start + ENTRY_SIZE / 4);
    if (keep) {
      this.u64(at + 16, Math.floor(this.#timeouts.entry));
      this.u32(at + 32, nanoseconds(this.#timeouts.entry));
    }
    return ENTRY_SIZE;
  }

  /** `struct fuse_attr_out`. */
  attributes(at: number, attributes: Attributes): number {
    const timeout = this.#timeouts.attributes;
    this.u64(at, Math.floor(timeout));
    this.u64(at + 8, nanoseconds(timeout));
    this.#attr(at + 16, attributes);
    return ATTR_OUT_SIZE;
  }

  /** `struct fuse_kstatfs`. */
  statistics(
    at: number,
    { blocks, freeBlocks, files, freeFiles, blockSize, nameLength }: Statistics,
  ): number {
    this.#words.fill(0, at >> 2, (at + STATFS_SIZE) >> 2);
    this.u64(at, blocks);
    this.u64(at + 8, freeBlocks);
    this.u64(at + 16, freeBlocks);
    this.u64(at + 24, files);
    this.u64(at + 32, freeFiles);
    this.u32(at + 40, blockSize);
    this.u32(at + 44, nameLength);
    this.u32(at + 48, blockSize);
    return STATFS_SIZE;
  }

  /** Text of one byte a UTF-16 unit. */
  text(at: number, text: string): number {
    return this.bytes.write(text, at, "latin1");
  }

  /** `struct fuse_attr`. */
  #attr(at: number, a: Attributes): void {
    const { mtime } = a;
    const atime = a.atime === undefined ? mtime : a.atime;
    const ctime = a.ctime === undefined ? mtime : a.ctime;
    this.u64(at, a.ino);
    this.u64(at + 8, a.size);
    this.u64(at + 16, a.blocks);
    this.u64(at + 24, atime);
    this.u64(at + 32, mtime);
    this.u64(at + 40, ctime);
    const words = this.#words;
    const index = at >> 2;
    words[index + 12] = a.atime === undefined ? a.mtimeNsec : (a.atimeNsec ?? 0);
    words[index + 13] = a.mtimeNsec;
    words[index + 14] = a.ctime === undefined ? a.mtimeNsec : (a.ctimeNsec ?? 0);
    words[index + 15] = a.mode;
    words[index + 16] = a.nlink;
    words[index + 17] = a.uid;
    words[index + 18] = a.gid;
    words[index + 19] = a.rdev;
    words[index + 20] = a.blockSize;
    words[index + 21] = 0;
  }
}

function nanoseconds(seconds: number): number {
  return Math.floor((seconds % 1) * 1e9);
}
