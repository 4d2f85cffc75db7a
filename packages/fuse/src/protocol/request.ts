import { loadWide } from "./wide.ts";

/** `struct fuse_in_header`. */
export const IN_HEADER_SIZE = 40;

/** Bytes of a buffer for requests: FUSE_MIN_READ_BUFFER, enough as nothing is written (see `init.ts`). */
export const REQUEST_SIZE = 8192;

/**
 * A request in the buffer that it was read into. Nothing is copied before it is asked for; all is the next request's as
 * soon as that is read.
 */
export class Request {
  readonly #bytes: Buffer;
  readonly #words: Uint32Array;
  /** Bytes of this request. */
  length = 0;

  constructor(bytes: Buffer, words: Uint32Array) {
    this.#bytes = bytes;
    this.#words = words;
  }

  get opcode(): number {
    return this.#words[1] as number;
  }

  /** Halves of `unique`, which the reply repeats. */
  get uniqueLow(): number {
    return this.#words[2] as number;
  }

  get uniqueHigh(): number {
    return this.#words[3] as number;
  }

  /** Of the inode that the request is about. */
  get node(): number {
    return loadWide(this.#words, 4);
  }

  get uid(): number {
    return this.#words[6] as number;
  }

  get gid(): number {
    return this.#words[7] as number;
  }

  get pid(): number {
    return this.#words[8] as number;
  }

  /** The u32 at byte `at` of the arguments, a multiple of 4. */
  u32(at: number): number {
    return this.#words[(IN_HEADER_SIZE + at) >> 2] as number;
  }

  /** The u64 at byte `at` of the arguments, a multiple of 4; rounded above 2^53. */
  u64(at: number): number {
    return loadWide(this.#words, (IN_HEADER_SIZE + at) >> 2);
  }

  /** The text that begins at byte `at` of the arguments, up to its NUL, one UTF-16 unit a byte. */
  text(at: number): string {
    const start = IN_HEADER_SIZE + at;
    let end = start;
    while (end < this.length && this.#bytes[end] !== 0) end++;
    return this.#bytes.toString("latin1", start, end);
  }
}
