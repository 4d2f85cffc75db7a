import { allocateScratch, lazy, systemError } from "./libc.ts";

/** Bytes of a path at most, with the NUL at its end (`PATH_MAX`). */
export const PATH_MAX = 4096;

const ENAMETOOLONG = 36;
const EINVAL = 22;

/**
 * A byte string (one UTF-16 unit a byte) as what `node:fs` takes for a path: the string itself when it is
 * ASCII, which is cheapest, else a Buffer, since Node would write other strings as UTF-8.
 */
export function pathArgument(path: string): string | Buffer {
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) > 0x7f) return Buffer.from(path, "latin1");
  return path;
}

const scratch = lazy(() => allocateScratch(PATH_MAX));

/** The directory that stands in the scratch space, with a slash behind it. */
let placedDirectory: string | undefined;

function placeBytes(text: string, offset: number, path: string, syscall: string): void {
  const { bytes } = scratch();
  if (offset + text.length >= PATH_MAX) throw systemError(syscall, path, ENAMETOOLONG);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0 || unit > 0xff) throw systemError(syscall, path, EINVAL);
    bytes[offset + i] = unit;
  }
  bytes[offset + text.length] = 0;
}

/**
 * Puts a path, ended by NUL, where C finds it, and returns its address. The next call overwrites it.
 * @throws SystemError ENAMETOOLONG, or EINVAL for a path with a NUL in it.
 */
export function placePath(path: string, syscall: string): number {
  placedDirectory = undefined;
  placeBytes(path, 0, path, syscall);
  return scratch().address;
}

/** As `placePath` for `directory/name`; cheap when the directory is the same as in the call before. */
export function placePathIn(directory: string, name: string, syscall: string): number {
  if (placedDirectory !== directory) {
    placedDirectory = undefined;
    placeBytes(`${directory}/`, 0, directory, syscall);
    placedDirectory = directory;
  }
  placeBytes(name, directory.length + 1, name, syscall);
  return scratch().address;
}
