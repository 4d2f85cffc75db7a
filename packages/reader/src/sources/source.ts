/** Bytes at hand: a descriptor, memory. One implementation of `@erofs/reader` runs on either kind of source. */
export interface SyncSource {
  /** Bytes. */
  readonly size: number;
  /** Fills the whole of `target` with the bytes at `offset`, or throws. The reader never asks beyond `size`. */
  read(offset: number, target: Uint8Array): void;
  close?(): void;
}

/** Bytes behind a promise: a Blob, HTTP, an object store. */
export interface AsyncSource {
  /** Bytes. */
  readonly size: number;
  /** Exactly `length` bytes at `offset`, or a rejection. The answer is not modified and may be shared. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close?(): Promise<void> | void;
}
