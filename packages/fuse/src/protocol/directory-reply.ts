import type { DirectoryEntry } from "../file-system.ts";
import { ENTRY_SIZE, OUT_HEADER_SIZE, type Reply } from "./reply.ts";

/** `struct fuse_dirent` without the name. */
export const DIRENT_SIZE = 24;

/** What of a file system makes an entry's `struct fuse_entry_out`, where that is wanted: writes it at a byte. */
type WriteEntry = (at: number, entry: DirectoryEntry) => void;

/** Entries of a directory on their way into a reply of READDIR or READDIRPLUS. */
export class DirectoryReply {
  readonly #reply: Reply;
  readonly #end: number;
  readonly #writeEntry: WriteEntry | undefined;
  #at = OUT_HEADER_SIZE;

  /**
   * @param size bytes that the kernel has room for, the header not counted
   * @param writeEntry for READDIRPLUS
   */
  constructor(reply: Reply, size: number, writeEntry: WriteEntry | undefined) {
    this.#reply = reply;
    this.#end = OUT_HEADER_SIZE + size;
    this.#writeEntry = writeEntry;
  }

  /** Bytes of the reply so far. */
  get length(): number {
    return this.#at;
  }

  get isEmpty(): boolean {
    return this.#at === OUT_HEADER_SIZE;
  }

  /** Adds an entry; false when there was no room for it. */
  add(entry: DirectoryEntry): boolean {
    const { name, ino, type, next } = entry;
    const reply = this.#reply;
    const at = this.#at;
    const direntAt = this.#writeEntry === undefined ? at : at + ENTRY_SIZE;
    const nameAt = direntAt + DIRENT_SIZE;
    const end = (nameAt + name.length + 7) & ~7;
    if (end > this.#end) return false;
    if (this.#writeEntry !== undefined) {
      // The kernel knows these two and counts no lookup for them.
      if (name === "." || name === "..") reply.noEntry(at, false);
      else this.#writeEntry(at, entry);
    }
    reply.u64(direntAt, ino);
    reply.u64(direntAt + 8, next);
    reply.u32(direntAt + 16, name.length);
    reply.u32(direntAt + 20, type);
    // The padding, and of the name what is written now.
    reply.u32(end - 8, 0);
    reply.u32(end - 4, 0);
    reply.text(nameAt, name);
    this.#at = end;
    return true;
  }
}
