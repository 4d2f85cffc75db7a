import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { type ByteString, CorruptImage, FileType, type Inode, nidText, typeOfMode } from "@erofs/format";
import { pathArgument } from "@erofs/linux";
import type { SyncImage } from "@erofs/reader";
import { makeAt } from "./replace.ts";

/** O_EXCL follows no symlink, not even a dangling one; O_NOFOLLOW says so again, where there is such a thing. */
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** Creates a regular file to be written, where nothing is or what is there may be replaced. */
export function createFile(hostPath: ByteString, overwrite: boolean, permissions: number): number {
  return makeAt(hostPath, overwrite, (free) => openSync(free, CREATE, permissions));
}

/** Closes and removes a file that could not be completed: half a file is worse than none. */
export function discardFile(fd: number, hostPath: ByteString): void {
  closeSync(fd);
  unlinkSync(pathArgument(hostPath));
}

/** An inode that was planned as a regular file. @throws CorruptImage when it is none any more; the reader's errors */
export function regularInode(image: SyncImage, nid: number): Inode {
  const node = image.inode(nid);
  if (typeOfMode(node.mode) !== FileType.regular) {
    throw new CorruptImage(`inode ${nidText(nid)} is no regular file any more`, { nid });
  }
  return node;
}
