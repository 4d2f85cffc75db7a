import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type ByteString, isAscii } from "@erofs/format";
import type { FileAccess, FileStatus, OpenFile } from "../execute/file-access.ts";

/** Files of this machine. */
export const nodeFiles: FileAccess = {
  open: (path) => new NodeFile(openSync(argument(path), "r")),
};

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
    const mtime = Math.floor(Number(mtimeNs / 1_000_000n) / 1000);
    return { size: Number(size), mtime, mtimeNsec: Number(mtimeNs - BigInt(mtime) * 1_000_000_000n) };
  }

  close(): void {
    closeSync(this.#fd);
  }
}
