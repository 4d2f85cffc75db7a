import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type ByteString, isAscii } from "@erofs/format";
import type { FileAccess, FileStatus, OpenFile } from "../execute/file-access.ts";

/** A file may have become a fifo since it was planned: opening one waits for a writer, perhaps for ever. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Files of this machine. */
export const nodeFiles: FileAccess = {
  open: (path) => new NodeFile(openSync(argument(path), openFlags)),
};

/** In nanoseconds. */
const second = 1_000_000_000n;

/** node:fs takes text for a path; other bytes only in a Buffer. */
function argument(path: ByteString): string | Buffer {
  return isAscii(path) ? path : Buffer.from(path, "latin1");
}

class NodeFile implements OpenFile {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  read(target: Uint8Array, offset: number): number {
    let done = 0;
    while (done < target.length) {
      const count = readSync(this.#fd, target, done, target.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  status(): FileStatus {
    const { size, mtimeNs } = fstatSync(this.#fd, { bigint: true });
    // Times before 1970 are negative, nanoseconds never: division must go down, not towards zero.
    const mtimeNsec = Number(((mtimeNs % second) + second) % second);
    return { size: Number(size), mtime: Number((mtimeNs - BigInt(mtimeNsec)) / second), mtimeNsec };
  }

  close(): void {
    closeSync(this.#fd);
  }
}
