import { readSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { BLOCK_SIZE, type BlockTable, type FoundBlock, SlotState } from "./block-table.ts";

/** Reads the whole of `target` at `position`; false where the file has less, or does not give it. */
function readAt(fd: number, target: Uint8Array, position: number): boolean {
  try {
    for (let done = 0; done < target.length;) {
      const count = readSync(fd, target, done, target.length - done, position + done);
      if (count === 0) return false;
      done += count;
    }
    return true;
  } catch {
    return false;
  }
}

/**
 * Blocks of a file on the web, kept in a file on disk. Any thread may read what is present; one writes. A disk that is
 * full or broken makes it forget, never fail.
 */
export class BlockStore {
  readonly table: BlockTable;
  readonly #fd: number;
  readonly #size: number;

  /** @param size bytes of the file on the web */
  constructor(fd: number, table: BlockTable, size: number) {
    this.table = table;
    this.#fd = fd;
    this.#size = size;
  }

  /** Bytes of a block: the file's last one is shorter. */
  lengthOf(block: number): number {
    return Math.min(BLOCK_SIZE, this.#size - block * BLOCK_SIZE);
  }

  /**
   * Fills `target` with the bytes of a file's range, all of which must be here, as any thread may ask.
   * @param onMark called with a marked block that was met
   */
  read(offset: number, target: Uint8Array, onMark: (block: number) => void): boolean {
    for (let done = 0; done < target.length;) {
      const at = offset + done;
      const block = Math.floor(at / BLOCK_SIZE);
      const within = at % BLOCK_SIZE;
      const count = Math.min(BLOCK_SIZE - within, target.length - done);
      const found = this.#find(block);
      if (found === undefined) return false;
      const part = target.subarray(done, done + count);
      if (!readAt(this.#fd, part, found.slot * BLOCK_SIZE + within) || !this.table.holds(found)) return false;
      if (this.table.takeMark(found.slot)) onMark(block);
      done += count;
    }
    return true;
  }

  /** Whether a block is here. For the thread that writes. */
  has(block: number): boolean {
    if (this.#find(block) !== undefined) return true;
    const damaged = this.table.find(block, SlotState.unverified);
    if (damaged !== undefined) this.table.drop(damaged.slot);
    return false;
  }

  /** A block that is here; one from an earlier process is verified first. */
  #find(block: number): FoundBlock | undefined {
    const present = this.table.find(block);
    if (present !== undefined) return present;
    const found = this.table.find(block, SlotState.unverified);
    if (found === undefined) return undefined;
    const bytes = new Uint8Array(this.lengthOf(block));
    if (!readAt(this.#fd, bytes, found.slot * BLOCK_SIZE)) return undefined;
    if (crc32(bytes) !== this.table.crcOf(found.slot)) return undefined;
    this.table.trust(found);
    return found;
  }

  /** Keeps a block. For the thread that writes. */
  write(block: number, bytes: Uint8Array): void {
    const slot = this.table.claim(block);
    try {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.#fd, bytes, done, bytes.length - done, slot * BLOCK_SIZE + done);
      }
      this.table.commit(slot, crc32(bytes));
    } catch {
      this.table.drop(slot);
    }
  }
}
