import { BuildError } from "@erofs/format";
import type { FileStat } from "@erofs/linux";
import type { TreeNode } from "@erofs/tree";
import type { ReadDirectoryOptions } from "./options.ts";

const LARGEST_ID = 0xffffffff;

/** Sets a node's permissions, owner and time from what the file system says and the options override. */
export type SetAttributes = (node: TreeNode, stat: FileStat) => void;

function checkId(option: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= LARGEST_ID)) {
    throw new BuildError(`${option}: ${value} is no number from 0 to ${LARGEST_ID}`);
  }
}

function checkInteger(option: string, value: number | undefined): void {
  if (value !== undefined && !Number.isSafeInteger(value))
    throw new BuildError(`${option}: ${value} is no integer`);
}

/** Checks the options about owners and times once. @throws BuildError */
export function createSetAttributes(options: ReadDirectoryOptions): SetAttributes {
  const uid = options.uid ?? (options.allRoot ? 0 : undefined);
  const gid = options.gid ?? (options.allRoot ? 0 : undefined);
  const { uidOffset = 0, gidOffset = 0, fixedTime, clampTime } = options;
  checkId("uid", uid);
  checkId("gid", gid);
  checkInteger("uidOffset", uidOffset);
  checkInteger("gidOffset", gidOffset);
  checkInteger("fixedTime", fixedTime);
  checkInteger("clampTime", clampTime);

  return (node, stat) => {
    node.permissions = stat.mode & 0o7777;
    node.uid = (uid ?? stat.uid) + uidOffset;
    node.gid = (gid ?? stat.gid) + gidOffset;
    if (uidOffset !== 0) checkId("owner with uidOffset", node.uid);
    if (gidOffset !== 0) checkId("group with gidOffset", node.gid);
    node.mtime = stat.mtime;
    node.mtimeNsec = stat.mtimeNsec;
    if (fixedTime !== undefined) {
      node.mtime = fixedTime;
      node.mtimeNsec = 0;
    }
    if (clampTime !== undefined && node.mtime >= clampTime) {
      node.mtime = clampTime;
      node.mtimeNsec = 0;
    }
  };
}
