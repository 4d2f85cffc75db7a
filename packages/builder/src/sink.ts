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
