import { ftruncateSync, writeSync } from "node:fs";
import { CorruptImage, DataLayout, type Inode, nidText } from "@erofs/format";
import type { SyncImage } from "@erofs/reader";

/** Zeros of at least this length become a hole. */
const SMALLEST_HOLE = 4096;
/** Files below this size are not asked for their holes: zeros are found anyway. */
const SMALLEST_SPARSE_FILE = 65536;

const zeros = Buffer.alloc(65536);

/**
 * Writes the content of a regular file to a new, empty file. Holes of the image stay holes, and blocks of zeros
 * become some.
 * @throws the reader's errors; those of `node:fs`
 */
export function writeContent(fd: number, image: SyncImage, node: Inode): void {
  const { size } = node;
  if (size > 0 && writeRange(fd, image, node, 0, size) < size) ftruncateSync(fd, size);
}

/**
 * Writes a part of a regular file's content in its place: what `writeContent` does, but for the file's size.
 * Returns where the last bytes end that were written, 0 without any.
 * @throws the reader's errors; those of `node:fs`
 */
export function writeRange(fd: number, image: SyncImage, node: Inode, start: number, end: number): number {
  const maybeSparse = node.size >= SMALLEST_SPARSE_FILE && !isCompressed(node);
  const ranges = maybeSparse
    ? image.dataRanges(node, start, end - start)
    : [{ offset: start, length: end - start }];
  let written = 0;
  for (const { offset, length } of ranges) {
    const rangeEnd = offset + length;
    for (let at = offset; at < rangeEnd;) {
      const piece = image.readView(node, at, rangeEnd - at);
      if (piece.length === 0)
        throw new CorruptImage(`inode ${nidText(node.nid)} ends at ${at} of ${node.size} bytes`, {
          nid: node.nid,
        });
      if (piece.length < SMALLEST_HOLE || !isZero(piece)) {
        writeAll(fd, piece, at);
        written = at + piece.length;
      }
      at += piece.length;
    }
  }
  return written;
}

function isCompressed(node: Inode): boolean {
  return node.layout === DataLayout.compressedFull || node.layout === DataLayout.compressedCompact;
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

/** Whether all bytes are zero; quick to say no. */
export function isZero(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0 || bytes[bytes.length >> 1] !== 0 || bytes[bytes.length - 1] !== 0) return false;
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const piece = bytes.subarray(at, at + zeros.length);
    if (zeros.compare(piece, 0, piece.length, 0, piece.length) !== 0) return false;
  }
  return true;
}
