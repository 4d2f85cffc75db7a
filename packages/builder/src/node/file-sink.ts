import { randomBytes } from "node:crypto";
import {
  closeSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  write as writeCallback,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type BuildError, systemFailure } from "@erofs/format";
import type { Sink } from "../sink.ts";

const write = promisify(writeCallback);
const sync = promisify(fdatasync);

/** After this many bytes the system is asked to write them out, so that little is left to wait for at the end. */
const syncInterval = 64 << 20;

export interface FileSinkOptions {
  /** False: the system may still hold the image in memory when it is finished, which is faster. Default true. */
  readonly durable?: boolean | undefined;
  /**
   * Another file that appears with this one, and is finished before it. Its own `finish` leaves it where it is; when either
   * cannot get its name, both names are as they were.
   */
  readonly companion?: FileSink | undefined;
}

/**
 * A file that stands under its name only when the image is complete: written beside it, synced, renamed. The
 * name may exist; it is replaced at once and only then.
 */
export class FileSink implements Sink {
  readonly #path: string;
  readonly #temporary: string;
  readonly #durable: boolean;
  readonly #companion: FileSink | undefined;
  #isCompanion = false;
  #fd: number | undefined;
  #unsynced = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #syncing: Promise<void> | undefined;
  #syncFailure: unknown;

  constructor(path: string, { durable = true, companion }: FileSinkOptions = {}) {
    this.#path = path;
    this.#durable = durable;
    this.#companion = companion;
    // Without the image's own name, which may be as long as a name can be.
    this.#temporary = join(dirname(path), `.erofs-${randomBytes(6).toString("hex")}.tmp`);
    try {
      this.#fd = openSync(this.#temporary, "wx", 0o666);
    } catch (cause) {
      throw writeError(path, cause);
    }
    if (companion) companion.#isCompanion = true;
  }

  /** On a thread of Node's, so that this one goes on meanwhile. */
  async write(offset: number, bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        // Asked each time: after an abort the number may soon be another file's.
        const writing = write(this.#descriptor(), bytes, done, bytes.length - done, offset + done);
        this.#writing = writing;
        done += (await writing).bytesWritten;
      }
    } catch (cause) {
      throw writeError(this.#path, cause);
    }
    this.#unsynced += bytes.length;
    if (this.#durable && this.#unsynced >= syncInterval)
      this.#syncing ??= this.#startSync(this.#descriptor());
  }

  async finish(size: number): Promise<void> {
    const fd = this.#descriptor();
    await this.#syncing;
    try {
      if (this.#syncFailure !== undefined) throw this.#syncFailure;
      ftruncateSync(fd, size);
      if (this.#durable) fsyncSync(fd);
      closeSync(fd);
      this.#fd = undefined;
    } catch (cause) {
      this.abort();
      throw writeError(this.#path, cause);
    }
    if (!this.#isCompanion) this.#publish();
  }

  abort(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    try {
      rmSync(this.#temporary, { force: true });
    } catch {
      // What made the build fail matters more, and without block 0 nothing mounts what stays.
    }
    if (fd === undefined) return;
    // Not under a write or a sync: they would then meet whatever file gets the descriptor's number next.
    void Promise.allSettled([this.#writing, this.#syncing]).then(() => closeSync(fd));
  }

  /** Gives the file its name, and its companion before: both or neither. */
  #publish(): void {
    const companion = this.#companion;
    if (!companion) return this.#rename();
    const replaced = companion.#keepReplaced();
    try {
      companion.#rename();
      try {
        this.#rename();
      } catch (error) {
        if (replaced === undefined) rmSync(companion.#path, { force: true });
        else renameSync(replaced, companion.#path);
        throw error;
      }
    } finally {
      if (replaced !== undefined) rmSync(replaced, { force: true });
    }
  }

  #rename(): void {
    try {
      renameSync(this.#temporary, this.#path);
      if (this.#durable) syncDirectory(dirname(this.#path));
    } catch (cause) {
      this.abort();
      throw writeError(this.#path, cause);
    }
  }

  /** Another name for the file that this one is about to replace; undefined where there is none. */
  #keepReplaced(): string | undefined {
    const kept = `${this.#temporary}.old`;
    try {
      linkSync(this.#path, kept);
      return kept;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    }
    try {
      // Not every file system has hard links.
      renameSync(this.#path, kept);
      return kept;
    } catch (cause) {
      throw writeError(this.#path, cause);
    }
  }

  #descriptor(): number {
    if (this.#fd === undefined) throw new Error("the image is closed");
    return this.#fd;
  }

  async #startSync(fd: number): Promise<void> {
    this.#unsynced = 0;
    try {
      await sync(fd);
    } catch (cause) {
      // Linux tells an open file of such an error once: the sync that ends the build would not meet it again.
      this.#syncFailure ??= cause;
    }
    this.#syncing = undefined;
  }
}

/** Makes the rename last. Not every system can open a directory for it; the file is whole either way. */
function syncDirectory(path: string): void {
  let fd;
  try {
    fd = openSync(path, "r");
    fsyncSync(fd);
  } catch {
    // Windows has no such thing.
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function writeError(path: string, cause: unknown): BuildError {
  return systemFailure(`cannot write ${path}`, path, cause);
}
