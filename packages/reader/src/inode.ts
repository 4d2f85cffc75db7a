import {
  alignUp,
  CorruptImage,
  decodeInode,
  ErofsError,
  FeatureIncompat,
  FileType,
  type Inode,
  inodeOffset,
  inodeSizeOf,
  nidText,
  typeOfMode,
  xattrBodySize,
} from "@erofs/format";
import { type ImageState, spaceSize } from "./image-state.ts";
import { METABOX, spaceOf } from "./metadata-space.ts";
import type { Reading } from "./reading.ts";

const COMPACT_SIZE = 32;

/**
 * The inode of a NID.
 * @throws CorruptImage when it lies outside the image or is none, UnsupportedFeature for unknown layouts
 */
export function* readInode(image: ImageState, nid: number): Reading<Inode> {
  return inodeAtHand(image, nid) ?? (yield* loadInode(image, nid));
}

/** The same where all of it is in the cache, else undefined: nearly all inodes of a tree that is walked are. */
export function inodeAtHand({ superblock, cache }: ImageState, nid: number): Inode | undefined {
  if (!(nid >= 0)) return undefined;
  const space = spaceOf(nid);
  const offset = inodeOffset(superblock, nid);
  const page = cache.pageAtHand(space, offset, COMPACT_SIZE);
  if (page === undefined) return undefined;
  const at = offset % cache.pageSize;
  if (at + inodeSizeOf(page[at] as number) > page.length) return undefined;
  return decodeInode(page, nid, superblock, at);
}

function* loadInode(image: ImageState, nid: number): Reading<Inode> {
  const { superblock, cache } = image;
  const space = spaceOf(nid);
  if (space === METABOX && image.metabox === undefined) yield* metaboxInode(image);
  const offset = inodeOffset(superblock, nid);
  const size = spaceSize(image, nid);
  if (!(nid >= 0 && offset + COMPACT_SIZE <= size)) {
    const whole = space === METABOX ? "metabox" : "image";
    throw new CorruptImage(`inode ${nidText(nid)} lies beyond the end of the ${whole}, ${size} bytes`, {
      nid,
    });
  }
  const head = yield* cache.read(space, offset, COMPACT_SIZE);
  const length = inodeSizeOf(head[0] as number);
  const bytes =
    length === COMPACT_SIZE ? head : yield* cache.read(space, offset, Math.min(length, size - offset));
  return decodeInode(bytes, nid, superblock);
}

/**
 * The hidden file whose content is the second metadata space; from then on inodes are read there.
 * @throws CorruptImage when the image has none
 */
export function* metaboxInode(image: ImageState): Reading<Inode> {
  if (image.metabox !== undefined) return image.metabox;
  const { featureIncompat, metaboxNid } = image.superblock;
  if ((featureIncompat & FeatureIncompat.metabox) === 0) {
    throw new CorruptImage("metadata in the metabox, but the image has no metabox");
  }
  // Its NID is one of the primary space, and so is all of its metadata: reading it leads nowhere else.
  const metabox = yield* readInode(image, metaboxNid);
  if (typeOfMode(metabox.mode) !== FileType.regular) {
    throw new CorruptImage(`metabox inode ${nidText(metaboxNid)} is no regular file`, { nid: metaboxNid });
  }
  image.metabox = metabox;
  return metabox;
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
    throw new ErofsError("ENOTDIR", `inode ${nidText(node.nid)} is not a directory`, { nid: node.nid });
}
