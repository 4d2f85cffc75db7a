import type { Attributes, Statistics } from "../file-system.ts";
import { storeWide } from "./wide.ts";

/** `struct fuse_out_header`. */
export const OUT_HEADER_SIZE = 16;

const ATTR_SIZE = 88;
/** `struct fuse_entry_out`. */
export const ENTRY_SIZE = 40 + ATTR_SIZE;
/** `struct fuse_attr_out`. */
const ATTR_OUT_SIZE = 16 + ATTR_SIZE;
const STATFS_SIZE = 80;

/** Longer text is written by Node, whose call costs as much as this many units in a loop. */
const SHORT_TEXT = 48;

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
  readonly #entryTimeout: Timeout;
  readonly #attributeTimeout: Timeout;
  #body: Buffer = Buffer.alloc(0);

  /** @param bytes,words the same memory, of as many bytes as the longest reply has */
  constructor(bytes: Buffer, words: Uint32Array, timeouts: Timeouts) {
    this.bytes = bytes;
    this.#words = words;
    this.#entryTimeout = timeoutOf(timeouts.entry);
    this.#attributeTimeout = timeoutOf(timeouts.attributes);
  }

  /** @param error negative errno, or 0 */
  header(length: number, error: number, uniqueLow: number, uniqueHigh: number): void {
    const words = this.#words;
    words[0] = length;
    words[1] = error;
    words[2] = uniqueLow;
    words[3] = uniqueHigh;
  }

  /** The memory behind the header, `length` bytes of it. Most reads are as long as the one before. */
  body(length: number): Buffer {
    if (this.#body.length !== length) {
      this.#body = this.bytes.subarray(OUT_HEADER_SIZE, OUT_HEADER_SIZE + length);
    }
    return this.#body;
  }

  u32(at: number, value: number): void {
    this.#words[at >> 2] = value;
  }

  /** A safe integer as u64 or, where it is negative, as s64. */
  u64(at: number, value: number): void {
    storeWide(this.#words, at >> 2, value);
  }

  /** `struct fuse_entry_out` at byte `at`: what a name leads to. */
  entry(at: number, node: number, attributes: Attributes): number {
    const words = this.#words;
    const entry = this.#entryTimeout;
    const attribute = this.#attributeTimeout;
    const index = at >> 2;
    storeWide(words, index, node);
    words[index + 2] = 0;
    words[index + 3] = 0;
    storeWide(words, index + 4, entry.seconds);
    storeWide(words, index + 6, attribute.seconds);
    words[index + 8] = entry.nanoseconds;
    words[index + 9] = attribute.nanoseconds;
    putAttributes(words, index + 10, attributes);
    return ENTRY_SIZE;
  }

  /** The same for a name that is not there, to be kept as long as one that is; or, for `keep` false, not at all. */
  noEntry(at: number, keep: boolean): number {
    const index = at >> 2;
    this.#words.fill(0, index, index + ENTRY_SIZE / 4);
    if (keep) {
      this.u64(at + 16, this.#entryTimeout.seconds);
      this.u32(at + 32, this.#entryTimeout.nanoseconds);
    }
    return ENTRY_SIZE;
  }

  /** `struct fuse_attr_out`. */
  attributes(at: number, attributes: Attributes): number {
    const words = this.#words;
    const index = at >> 2;
    const { seconds, nanoseconds } = this.#attributeTimeout;
    storeWide(words, index, seconds);
    words[index + 2] = nanoseconds;
    words[index + 3] = 0;
    putAttributes(words, index + 4, attributes);
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
    const { length } = text;
    if (length > SHORT_TEXT) return this.bytes.write(text, at, "latin1");
    const { bytes } = this;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    return length;
  }
}

/** As the protocol has it. */
interface Timeout {
  readonly seconds: number;
  readonly nanoseconds: number;
}

function timeoutOf(seconds: number): Timeout {
  return { seconds: Math.floor(seconds), nanoseconds: Math.floor((seconds % 1) * 1e9) };
}

/** `struct fuse_attr`. */
function putAttributes(words: Uint32Array, index: number, a: Attributes): void {
  const { mtime, mtimeNsec, atime, ctime } = a;
  storeWide(words, index, a.ino);
  storeWide(words, index + 2, a.size);
  storeWide(words, index + 4, a.blocks);
  storeWide(words, index + 6, atime === undefined ? mtime : atime);
  storeWide(words, index + 8, mtime);
  storeWide(words, index + 10, ctime === undefined ? mtime : ctime);
  words[index + 12] = atime === undefined ? mtimeNsec : (a.atimeNsec ?? 0);
  words[index + 13] = mtimeNsec;
  words[index + 14] = ctime === undefined ? mtimeNsec : (a.ctimeNsec ?? 0);
  words[index + 15] = a.mode;
  words[index + 16] = a.nlink;
  words[index + 17] = a.uid;
  words[index + 18] = a.gid;
  words[index + 19] = a.rdev;
  words[index + 20] = a.blockSize;
  words[index + 21] = 0;
}
