import { type CreateSha256, portableSha256 } from "./execute/sha256.ts";

/** Where an image goes. */
export interface Sink {
  /**
   * Writes all of `bytes` at `offset`; never called twice for the same place. `bytes` stay as they are until the
   * promise, if there is one, is resolved.
   */
  write(offset: number, bytes: Uint8Array): void | Promise<void>;
  /** The image is `size` bytes and complete: only now may it be seen. */
  finish(size: number): Promise<void>;
  /** Nothing of the image may stay. */
  abort(): void;
}

/** An image in memory, at most 4 GiB. */
export class MemorySink implements Sink {
  #bytes = new Uint8Array(1 << 20);
  #size = 0;

  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, offset);
  }

  async finish(size: number): Promise<void> {
    this.#size = size;
  }

  abort(): void {
    this.#bytes = new Uint8Array(0);
    this.#size = 0;
  }

  /** The finished image. */
  get image(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }
}

/** Where chunks go that have a device of their own, whose content is digested on the way. */
export class BlobSink implements Sink {
  readonly #sink: Sink;
  readonly #sha256;
  #size = 0;

  constructor(sink: Sink, createSha256: CreateSha256 = portableSha256) {
    this.#sink = sink;
    this.#sha256 = createSha256();
  }

  /** Writes what stands behind all that was written. */
  write(offset: number, bytes: Uint8Array): void | Promise<void> {
    if (offset !== this.#size) throw new Error(`a blob is written in order: at ${this.#size}, not ${offset}`);
    this.#size += bytes.length;
    const writing = this.#sink.write(offset, bytes);
    // The system writes them meanwhile.
    this.#sha256.update(bytes);
    return writing;
  }

  /** The SHA-256 digest of all that was written. Nothing can be written behind it. */
  digest(): Uint8Array {
    return this.#sha256.digest();
  }

  finish(size: number): Promise<void> {
    return this.#sink.finish(size);
  }

  abort(): void {
    this.#sink.abort();
  }
}
