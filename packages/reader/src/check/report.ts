import { type ByteString, ErofsError, UnsupportedFeature } from "@erofs/format";

/** What a fault is about. */
export type FaultCode =
  /** The checksum, the prefix table, the packed inode. */
  | "superblock"
  /** The inode itself, or a field that contradicts its type. */
  | "inode"
  /** Directory blocks: name offsets, order, names, NIDs; a directory reached twice. */
  | "directory"
  /** "." or ".." missing, or leading elsewhere. */
  | "dot"
  /** The type in a directory entry is not that of the inode. */
  | "file-type"
  /** `nlink` is not the number of entries, or of subdirectories and 2. */
  | "link-count"
  | "xattr"
  /** The name filter hides an attribute that is there. */
  | "xattr-filter"
  /** Content that cannot be mapped, read or decoded. */
  | "data"
  /** Sound as far as known, but not to be checked: it needs what is not supported. */
  | "unsupported";

/** One thing that is wrong. */
export interface Fault {
  readonly code: FaultCode;
  /** Where it was met, from the image's root, without a leading slash. */
  readonly path: ByteString;
  readonly nid: number | undefined;
  /** Byte offset; the message says of what. */
  readonly offset: number | undefined;
  readonly message: string;
}

/** How far a check is. */
export interface CheckProgress {
  /** Inodes seen. */
  readonly inodes: number;
  /** Of so many that the superblock claims. */
  readonly claimedInodes: number;
  /** Bytes of content that are sound; what several files share counts for each of them, but is read once. */
  readonly bytes: number;
}

/** The outcome of a check: the image is sound when `faultCount` is 0. */
export interface CheckReport {
  /** The first ones, as many as were asked for. */
  readonly faults: readonly Fault[];
  readonly faultCount: number;
  readonly inodes: number;
  readonly directories: number;
  readonly bytes: number;
}

/** Collects faults, of which it keeps the first ones, in the order of their places. */
export class FaultList {
  count = 0;
  readonly #max: number;
  #places = 0;
  /** Twice as many as wanted at most, and some. */
  #found: { readonly place: number; readonly fault: Fault }[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  /** The first ones. */
  get kept(): Fault[] {
    this.#prune();
    return this.#found.map(({ fault }) => fault);
  }

  add(code: FaultCode, path: ByteString, nid: number | undefined, message: string, offset?: number): void {
    this.insert(this.place(), [{ code, path, nid, offset, message }]);
  }

  /** Adds an error of the reader as a fault; other errors, such as the source's, are thrown on. */
  addError(code: FaultCode, path: ByteString, nid: number | undefined, error: unknown): void {
    if (!(error instanceof ErofsError) || error.code === "EIO") throw error;
    const kind = error instanceof UnsupportedFeature ? "unsupported" : code;
    this.add(kind, path, error.nid ?? nid, error.message, error.offset);
  }

  /** A place behind all that there are, for faults that are found later. */
  place(): number {
    return this.#places++;
  }

  insert(place: number, faults: readonly Fault[]): void {
    this.count += faults.length;
    for (const fault of faults) this.#found.push({ place, fault });
    if (this.#found.length > 2 * this.#max + 1024) this.#prune();
  }

  #prune(): void {
    this.#found = this.#found.toSorted((a, b) => a.place - b.place).slice(0, this.#max);
  }
}
