import { BuildError, type ByteString, toText } from "@erofs/format";
import type { Content } from "@erofs/tree";
import type { FileAccess } from "./file-access.ts";

/**
 * A list of byte ranges of files, in a form that crosses to a worker cheaply: one string and one array of
 * numbers instead of an object a file.
 */
export interface Pieces {
  /** The paths, each ended by NUL; an empty one stands for the next of `memory`. */
  paths: string;
  /** Six numbers a piece, see `numbersPerPiece`. */
  numbers: Float64Array;
  memory: Uint8Array[];
}

/** Range offset, range length, destination; the file's size, mtime and nanoseconds as planned. */
const numbersPerPiece = 6;

export class PieceList {
  #paths = "";
  readonly #numbers: number[] = [];
  readonly #memory: Uint8Array[] = [];

  get count(): number {
    return this.#numbers.length / numbersPerPiece;
  }

  /** Adds `length` bytes from `offset` of a content of `size` bytes; `destination` is the job's to interpret. */
  add(content: Content, size: number, offset: number, length: number, destination: number): void {
    if (content.kind === "memory") {
      this.#paths += "\0";
      this.#memory.push(content.bytes.subarray(offset, offset + length));
      this.#numbers.push(0, length, destination, 0, 0, 0);
    } else {
      this.#paths += `${content.directory}/${content.name}\0`;
      this.#numbers.push(offset, length, destination, size, content.mtime, content.mtimeNsec);
    }
  }

  take(): Pieces {
    return { paths: this.#paths, numbers: Float64Array.from(this.#numbers), memory: this.#memory };
  }
}

export interface Piece {
  readonly length: number;
  readonly destination: number;
  /** Reads `target.length` bytes from `offset` of the piece on. Throws `BuildError` when they are not there. */
  read(target: Uint8Array, offset: number): void;
}

/**
 * Hands each piece to `use`, its file open meanwhile. A file that is not any more what was planned, before or
 * after, is a `BuildError` EAGAIN: an image must never hold a mixture that no moment ever saw.
 */
export function forEachPiece(
  pieces: Pieces,
  files: FileAccess | undefined,
  use: (piece: Piece) => void,
): void {
  const paths = pieces.paths.split("\0");
  const { numbers } = pieces;
  let inMemory = 0;
  for (let i = 0; i * numbersPerPiece < numbers.length; i++) {
    const base = i * numbersPerPiece;
    const length = numbers[base + 1]!;
    const destination = numbers[base + 2]!;
    const path = paths[i]!;
    if (path === "") {
      const bytes = pieces.memory[inMemory++]!;
      use({
        length,
        destination,
        read: (target, offset) => target.set(bytes.subarray(offset, offset + target.length)),
      });
      continue;
    }
    if (!files)
      throw new BuildError(`${toText(path)}: there is no file system to read it from`, {}, "ENOSYS");
    useFile(files, path, numbers, base, length, destination, use);
  }
}

function useFile(
  files: FileAccess,
  path: ByteString,
  numbers: Float64Array,
  base: number,
  length: number,
  destination: number,
  use: (piece: Piece) => void,
): void {
  let file;
  try {
    file = files.open(path);
  } catch (error) {
    throw systemError("open", path, error);
  }
  try {
    const start = numbers[base]!;
    use({
      length,
      destination,
      read: (target, offset) => {
        let count;
        try {
          count = file.read(target, start + offset);
        } catch (error) {
          throw systemError("read", path, error);
        }
        if (count < target.length) throw changed(path, `it ended at byte ${start + offset + count}`);
      },
    });
    const status = file.status();
    const size = numbers[base + 3]!;
    if (status.size !== size) throw changed(path, `its size went from ${size} to ${status.size}`);
    if (status.mtime !== numbers[base + 4] || status.mtimeNsec !== numbers[base + 5]) {
      throw changed(path, "it was modified");
    }
  } finally {
    file.close();
  }
}

function changed(path: ByteString, how: string): BuildError {
  const message = `${toText(path)} changed while the image was built: ${how}; build again`;
  return new BuildError(message, { path }, "EAGAIN");
}

function systemError(action: string, path: ByteString, cause: unknown): BuildError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "EIO";
  return new BuildError(`cannot ${action} ${toText(path)}: ${code}`, { path, cause }, code);
}
