import {
  alignUp,
  CorruptImage,
  decodeInode,
  ErofsError,
  FileType,
  type Inode,
  inodeOffset,
  inodeSizeOf,
  typeOfMode,
  xattrBodySize,
} from "@erofs/format";
import type { ImageState } from "./image-state.ts";
import type { Reading } from "./reading.ts";

const COMPACT_SIZE = 32;

/**
 * The inode of a NID.
 * @throws CorruptImage when it lies outside the image or is none, UnsupportedFeature for unknown layouts
 */
export function* readInode(image: ImageState, nid: number): Reading<Inode> {
  const { superblock, cache } = image;
  const offset = inodeOffset(superblock, nid);
  const size = image.devices.sizes[0] as number;
  if (!(nid >= 0 && offset + COMPACT_SIZE <= size)) {
    throw new CorruptImage(`inode ${nid} lies beyond the end of the image, ${size} bytes`, { nid });
  }
  const head = cache.peek(0, offset, COMPACT_SIZE) ?? (yield* cache.read(0, offset, COMPACT_SIZE));
  const length = inodeSizeOf(head[0] as number);
  const bytes =
    length === COMPACT_SIZE
      ? head
      : (cache.peek(0, offset, length) ?? (yield* cache.read(0, offset, Math.min(length, size - offset))));
  return decodeInode(bytes, nid, superblock);
}

/** Where the xattr body of an inode starts: the end of its fixed part. */
export function xattrOffset(image: ImageState, node: Inode): number {
  return inodeOffset(image.superblock, node.nid) + inodeSizeOf(node.extended ? 1 : 0);
}

/** Where the inline tail, the chunk table or the map header of an inode starts, aligned to `unit` bytes. */
export function inlineOffset(image: ImageState, node: Inode, unit = 1): number {
  return alignUp(xattrOffset(image, node) + xattrBodySize(node.xattrIcount), unit);
}

export function isDirectory(node: Inode): boolean {
  return typeOfMode(node.mode) === FileType.directory;
}

export function isSymlink(node: Inode): boolean {
  return typeOfMode(node.mode) === FileType.symlink;
}

/** Whether an inode has content: regular files, directories and symlinks have. */
export function hasContent(node: Inode): boolean {
  const type = typeOfMode(node.mode);
  return type === FileType.regular || type === FileType.directory || type === FileType.symlink;
}

/** @throws ErofsError ENOTDIR */
export function requireDirectory(node: Inode): void {
  if (!isDirectory(node))
    throw new ErofsError("ENOTDIR", `inode ${node.nid} is not a directory`, { nid: node.nid });
}
