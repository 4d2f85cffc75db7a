import {
  closeSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { BuildError } from "@erofs/format";
import type { Sink } from "../sink.ts";

/** After this many bytes the system is asked to write them out, so that little is left to wait for at the end. */
const syncInterval = 64 << 20;

/**
 * A file that stands under its name only when the image is complete: written beside it, synced, renamed. The
 * name may exist; it is replaced at once and only then.
 */
export class FileSink implements Sink {
  readonly #path: string;
  readonly #temporary: string;
  #fd: number | undefined;
  readonly #sync: boolean;
  #unsynced = 0;
  #syncing: Promise<void> | undefined;

  /** With `sync` false the system may still hold the image in memory when it is finished: faster, not durable. */
  constructor(path: string, sync = true) {
    this.#path = path;
    this.#sync = sync;
    this.#temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
    try {
      this.#fd = openSync(this.#temporary, "wx", 0o666);
    } catch (cause) {
      throw writeError(path, cause);
    }
  }

  write(offset: number, bytes: Uint8Array): void {
    if (this.#fd === undefined) throw new Error("the image is closed");
    try {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.#fd, bytes, done, bytes.length - done, offset + done);
      }
    } catch (cause) {
      throw writeError(this.#path, cause);
    }
    this.#unsynced += bytes.length;
    if (this.#sync && this.#unsynced >= syncInterval && !this.#syncing) this.#startSync(this.#fd);
  }

  async finish(size: number): Promise<void> {
    if (this.#fd === undefined) throw new Error("the image is closed");
    await this.#syncing;
    try {
      ftruncateSync(this.#fd, size);
      if (this.#sync) fsyncSync(this.#fd);
      closeSync(this.#fd);
      this.#fd = undefined;
      renameSync(this.#temporary, this.#path);
      if (this.#sync) syncDirectory(dirname(this.#path));
    } catch (cause) {
      this.abort();
      throw writeError(this.#path, cause);
    }
  }

  abort(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    // A descriptor must not be closed under a sync, which would then meet whatever file gets its number next.
    if (fd !== undefined) void (this.#syncing ?? Promise.resolve()).then(() => closeSync(fd));
    rmSync(this.#temporary, { force: true });
  }

  #startSync(fd: number): void {
    this.#unsynced = 0;
    this.#syncing = new Promise((resolve) => {
      // An error here comes again from the sync that ends the build.
      fdatasync(fd, () => {
        this.#syncing = undefined;
        resolve();
      });
    });
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
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "EIO";
  const reason = code === "ENOSPC" ? "no space left on the device" : code;
  return new BuildError(`cannot write ${path}: ${reason}`, { path, cause }, code);
}
