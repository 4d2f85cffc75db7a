import { lastErrno, lazy, libcFunction, systemError } from "./libc.ts";

const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const ENXIO = 6;

const lseek = lazy(() => libcFunction("lseek", "long", ["int", "long", "int"]));

/** A range of bytes that is not a hole. */
export interface ByteRange {
  readonly offset: number;
  readonly size: number;
}

/**
 * The first byte of data at or after `offset`, or undefined when only a hole follows, or the end of the file.
 * Moves the file's position.
 * @throws SystemError
 */
export function seekData(fd: number, offset: number): number | undefined {
  const at = lseek()(fd, offset, SEEK_DATA);
  if (at >= 0) return at;
  if (lastErrno() === ENXIO) return undefined;
  throw systemError("lseek");
}

/**
 * The first byte of a hole at or after `offset`; the end of the file counts as one. Undefined when `offset` is
 * not inside of the file. Moves the file's position.
 * @throws SystemError
 */
export function seekHole(fd: number, offset: number): number | undefined {
  const at = lseek()(fd, offset, SEEK_HOLE);
  if (at >= 0) return at;
  if (lastErrno() === ENXIO) return undefined;
  throw systemError("lseek");
}

/**
 * The data of a sparse file of `size` bytes: ascending, disjoint and not adjacent; all between them is holes.
 *
 * At most `limit` ranges are told apart: from the last one on, the rest of the file counts as data. A file
 * system that knows no holes says that all is data. Moves the file's position.
 * @throws SystemError
 */
export function dataRanges(fd: number, size: number, limit = 1 << 20): ByteRange[] {
  const ranges: ByteRange[] = [];
  let offset = 0;
  while (offset < size) {
    const start = seekData(fd, offset);
    if (start === undefined || start >= size) break;
    const end = ranges.length + 1 < limit ? seekHole(fd, start) : size;
    // The file shrank meanwhile, or the file system answers nonsense: no reason to loop.
    if (end === undefined || end <= start) break;
    ranges.push({ offset: start, size: Math.min(end, size) - start });
    offset = end;
  }
  return ranges;
}
