import { BuildError, type ByteString, systemFailure, toText } from "@erofs/format";
import type { Content } from "@erofs/tree";
import type { FileAccess, OpenFile } from "./file-access.ts";

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

/** Bytes of all pieces. */
export function totalLength({ numbers }: Pieces): number {
  let total = 0;
  for (let base = 0; base < numbers.length; base += numbersPerPiece) total += numbers[base + 1]!;
  return total;
}

export interface Piece {
  readonly length: number;
  readonly destination: number;
  /** Reads `target.length` bytes from `offset` of the piece on. Throws `BuildError` when they are not there. */
  read(target: Uint8Array, offset: number): void;
}

/**
 * Hands each piece to `use`, its file open meanwhile; neighbours from one file share one opening. A file that is not
 * any more what was planned, before or after, is a `BuildError` EAGAIN: an image must never hold a mixture that no
 * moment ever saw.
 */
export function forEachPiece(
  pieces: Pieces,
  files: FileAccess | undefined,
  use: (piece: Piece) => void,
): void {
  const paths = pieces.paths.split("\0");
  const { numbers } = pieces;
  let inMemory = 0;
  let open: PlannedFile | undefined;
  try {
    for (let i = 0; i * numbersPerPiece < numbers.length; i++) {
      const base = i * numbersPerPiece;
      const start = numbers[base]!;
      const length = numbers[base + 1]!;
      const destination = numbers[base + 2]!;
      const path = paths[i]!;
      if (path === "") {
        const bytes = pieces.memory[inMemory++]!;
        const read = (target: Uint8Array, offset: number) =>
          target.set(bytes.subarray(offset, offset + target.length));
        use({ length, destination, read });
        continue;
      }
      if (open?.path !== path) {
        open?.finish();
        open?.close();
        open = undefined;
        if (!files) {
          throw new BuildError(`${toText(path)}: there is no file system to read it from`, {}, "ENOSYS");
        }
        open = new PlannedFile(files, path, numbers[base + 3]!, numbers[base + 4]!, numbers[base + 5]!);
      }
      const file = open;
      use({ length, destination, read: (target, offset) => file.read(target, start + offset) });
    }
    open?.finish();
  } finally {
    open?.close();
  }
}

/** An open file that must be what was planned. */
class PlannedFile {
  readonly path: ByteString;
  readonly #file: OpenFile;
  readonly #size: number;
  readonly #mtime: number;
  readonly #mtimeNsec: number;

  constructor(files: FileAccess, path: ByteString, size: number, mtime: number, mtimeNsec: number) {
    this.path = path;
    this.#size = size;
    this.#mtime = mtime;
    this.#mtimeNsec = mtimeNsec;
    try {
      this.#file = files.open(path);
    } catch (error) {
      throw systemFailure(`cannot open ${toText(path)}`, path, error);
    }
  }

  read(target: Uint8Array, offset: number): void {
    let count;
    try {
      count = this.#file.read(target, offset);
    } catch (error) {
      throw systemFailure(`cannot read ${toText(this.path)}`, this.path, error);
    }
    if (count < target.length) throw changed(this.path, `it ended at byte ${offset + count}`);
  }

  /** Throws when the file has changed. */
  finish(): void {
    const { size, mtime, mtimeNsec } = this.#file.status();
    if (size !== this.#size) throw changed(this.path, `its size went from ${this.#size} to ${size}`);
    if (mtime !== this.#mtime || mtimeNsec !== this.#mtimeNsec) throw changed(this.path, "it was modified");
  }

  close(): void {
    this.#file.close();
  }
}

function changed(path: ByteString, how: string): BuildError {
  const message = `${toText(path)} changed while the image was built: ${how}; build again`;
  return new BuildError(message, { path }, "EAGAIN");
}
