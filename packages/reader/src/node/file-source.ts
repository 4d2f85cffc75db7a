import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { ErofsError } from "@erofs/format";
import type { SyncSource } from "../sources/source.ts";

export interface FileSourceOptions {
  /** Where in the file the image starts, bytes. */
  readonly offset?: number;
  /**
   * What reads: fills `target` from byte `position` of the file and returns how many bytes, 0 only at its end; `readSync` of
   * `node:fs` where it is not given.
   */
  readonly readAt?: (fd: number, target: Uint8Array, position: number) => number;
}

/**
 * An image in a file or on a block device. A path is opened here and closed by `close()`; a descriptor stays the
 * caller's own.
 * @throws the error of `node:fs` when the path cannot be opened; ErofsError EIO when a read comes back short.
 */
export function fileSource(
  pathOrFd: string | Buffer | URL | number,
  options: FileSourceOptions = {},
): SyncSource {
  const fd = typeof pathOrFd === "number" ? pathOrFd : openSync(pathOrFd, "r");
  const { offset: start = 0, readAt = readSyncAt } = options;
  const close = () => {
    if (typeof pathOrFd !== "number") closeSync(fd);
  };
  let size: number;
  try {
    size = sizeOf(fd) - start;
    if (size < 0)
      throw new ErofsError(
        "EINVAL",
        `offset ${start} lies beyond the end of the file, ${size + start} bytes`,
      );
  } catch (error) {
    close();
    throw error;
  }
  return {
    size,
    read(offset, target) {
      for (let done = 0; done < target.length;) {
        const count = readAt(fd, done === 0 ? target : target.subarray(done), start + offset + done);
        if (count === 0) {
          throw new ErofsError(
            "EIO",
            `read ${done} of ${target.length} bytes at ${offset}: the file became shorter`,
            { offset },
          );
        }
        done += count;
      }
    },
    close,
  };
}

function readSyncAt(fd: number, target: Uint8Array, position: number): number {
  return readSync(fd, target, 0, target.length, position);
}

function sizeOf(fd: number): number {
  const stat = fstatSync(fd);
  return stat.isBlockDevice() ? deviceSize(fd) : stat.size;
}

/** Bytes of a block device, of which stat says 0: the place where reading ends, found by bisection. */
function deviceSize(fd: number): number {
  const probe = new Uint8Array(1);
  const readable = (sector: number) => readSync(fd, probe, 0, 1, sector * 512 + 511) === 1;
  if (!readable(0)) return 0;
  let low = 0;
  let high = 1;
  while (readable(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (readable(middle)) low = middle;
    else high = middle;
  }
  return high * 512;
}
