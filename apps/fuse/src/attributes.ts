import { DataLayout, type Inode } from "@erofs/format";
import type { Attributes } from "@erofs/fuse";

const SECTOR = 512;

/** What stat(2) tells of an inode: what the kernel's own EROFS would. */
export function attributesOf(node: Inode, blockSize: number): Attributes {
  const { nid, mode, nlink, uid, gid, size, rdev, mtime, mtimeNsec } = node;
  return {
    ino: nid,
    mode,
    nlink,
    uid,
    gid,
    size,
    blocks: sectorsOf(node, blockSize),
    rdev,
    blockSize,
    mtime,
    mtimeNsec,
  };
}

/** `st_blocks`. */
function sectorsOf({ layout, blockCount, size }: Inode, blockSize: number): number {
  const isCompressed = layout === DataLayout.compressedFull || layout === DataLayout.compressedCompact;
  return ((isCompressed ? blockCount : Math.ceil(size / blockSize)) * blockSize) / SECTOR;
}
