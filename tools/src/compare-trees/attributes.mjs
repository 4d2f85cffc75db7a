// What is known of one inode besides its bytes, and where two inodes differ in it.
import { lstatSync, readlinkSync } from "node:fs";
import { listXattrs } from "@erofs/linux";
import { printable } from "./printable.mjs";

/**
 * @typedef {object} Attributes
 * @property {"file" | "directory" | "symlink" | "character device" | "block device" | "fifo" | "socket"} type
 * @property {bigint} permissions with suid, sgid and sticky
 * @property {bigint} uid
 * @property {bigint} gid
 * @property {bigint} mtime nanoseconds since 1970
 * @property {bigint} nlink
 * @property {bigint} size bytes of a file, else 0
 * @property {bigint} rdev of a device, else 0
 * @property {string} target of a symlink as a byte string, else ""
 * @property {ReadonlyMap<string, Buffer>} xattrs
 * @property {string} inode which inode of which file system it is
 */

/** By the type bits of `st_mode`. */
const types = /** @type {Record<number, Attributes["type"]>} */ ({
  0x1: "fifo",
  0x2: "character device",
  0x4: "directory",
  0x6: "block device",
  0x8: "file",
  0xa: "symlink",
  0xc: "socket",
});

/**
 * @param {string} path a byte string
 * @returns {Attributes}
 */
export function readAttributes(path) {
  const bytes = Buffer.from(path, "latin1");
  const stat = lstatSync(bytes, { bigint: true });
  const type = types[Number(stat.mode >> 12n)];
  if (!type) throw new Error(`${printable(path)} has the unknown mode 0${stat.mode.toString(8)}`);
  return {
    type,
    permissions: stat.mode & 0o7777n,
    uid: stat.uid,
    gid: stat.gid,
    mtime: stat.mtimeNs,
    nlink: stat.nlink,
    size: type === "file" ? stat.size : 0n,
    rdev: type === "character device" || type === "block device" ? stat.rdev : 0n,
    target: type === "symlink" ? readlinkSync(bytes, { encoding: "buffer" }).toString("latin1") : "",
    xattrs: new Map((listXattrs(path, false) ?? []).map(({ name, value }) => [name, Buffer.from(value)])),
    inode: `${stat.dev}:${stat.ino}`,
  };
}

/**
 * @param {Attributes} left
 * @param {Attributes} right
 * @returns {string[]} what differs, without the path
 */
export function compareAttributes(left, right) {
  if (left.type !== right.type) return [`type ${left.type}, ${right.type}`];
  const differences = [];
  if (left.permissions !== right.permissions) {
    differences.push(`mode 0${left.permissions.toString(8)}, 0${right.permissions.toString(8)}`);
  }
  for (const key of /** @type {const} */ (["uid", "gid", "mtime", "size", "rdev"])) {
    if (left[key] !== right[key]) differences.push(`${key} ${left[key]}, ${right[key]}`);
  }
  // Directories of file systems that do not count subdirectories (btrfs, overlayfs) have 1.
  if (left.type === "directory" && left.nlink !== right.nlink && left.nlink !== 1n && right.nlink !== 1n) {
    differences.push(`nlink ${left.nlink}, ${right.nlink}`);
  }
  if (left.target !== right.target) {
    differences.push(`target ${printable(left.target)}, ${printable(right.target)}`);
  }
  for (const [name, value] of left.xattrs) {
    const other = right.xattrs.get(name);
    if (!other) differences.push(`xattr ${printable(name)} only on the left`);
    else if (!value.equals(other)) differences.push(`xattr ${printable(name)} differs`);
  }
  for (const name of right.xattrs.keys()) {
    if (!left.xattrs.has(name)) differences.push(`xattr ${printable(name)} only on the right`);
  }
  return differences;
}
