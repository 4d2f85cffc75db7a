import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { makeNode, setXattr } from "@erofs/linux";
import { compressible, incompressible } from "./bytes.mjs";

/**
 * Extended attributes: common and single ones, empty, binary and large, long names, many on one inode, ACLs,
 * capabilities, on every type that may have them. No inode has more than 4 KiB, which is all that ext4 takes.
 *
 * @param {string} folder
 * @param {boolean} privileged
 */
export function makeXattrs(folder, privileged) {
  /** @type {(name: string, key: string, value: string | Buffer) => void} */
  const set = (name, key, value) => setXattr(`${folder}/${name}`, key, Buffer.from(value), false);
  /** @param {string} name */
  const file = (name, bytes = Buffer.from(name)) => writeFileSync(`${folder}/${name}`, bytes);

  for (let i = 0; i < 12; i++) {
    file(`shared-${i}`);
    set(`shared-${i}`, "user.shared", "the same on many files");
    set(`shared-${i}`, "user.shared too", "of which some are dropped".slice(0, i % 2 ? undefined : 3));
    set(`shared-${i}`, "user.single", `number ${i}`);
  }
  file("empty value");
  set("empty value", "user.empty", "");
  file("binary value");
  set("binary value", "user.binary", incompressible(256, 1));
  file("large value");
  set("large value", "user.large", incompressible(3500, 2));
  file("long name");
  set("long name", `user.${"x".repeat(250)}`, "long name");
  file("many");
  for (let i = 0; i < 64; i++) set("many", `user.${i}`, String(i));
  for (let size = 0; size < 8; size++) {
    file(`padding-${size}`);
    set(`padding-${size}`, `user.${"n".repeat(size + 1)}`, "v".repeat(size));
  }
  // An inode with xattrs whose tail no longer fits the block, and one with compressed data.
  file("with a tail", incompressible(3900, 3));
  set("with a tail", "user.a", incompressible(300, 4));
  file("with clusters", compressible(200_000, 3));
  set("with clusters", "user.a", incompressible(500, 5));
  mkdirSync(`${folder}/directory`);
  set("directory", "user.directory", "on a directory");

  const user = 1000;
  file("acl");
  set("acl", "system.posix_acl_access", acl(6, user));
  file("acl shared");
  set("acl shared", "system.posix_acl_access", acl(6, user));
  mkdirSync(`${folder}/default acl`);
  set("default acl", "system.posix_acl_access", acl(7, user));
  set("default acl", "system.posix_acl_default", acl(7, user + 1));
  file("default acl/inherits");

  if (!privileged) return;
  file("capability");
  set("capability", "security.capability", capability());
  for (const name of ["symlink", "fifo", "device"]) {
    if (name === "symlink") symlinkSync("target", `${folder}/${name}`);
    else makeNode(`${folder}/${name}`, name === "fifo" ? 0o010600 : 0o020600, 1, 3);
    set(name, "trusted.any", `on a ${name}`);
  }
  set("directory", "trusted.overlay.opaque", "y");
}

/**
 * `struct posix_acl_xattr_header` and its entries: owner, a user, group, mask, others.
 *
 * @param {number} ownerPermissions
 * @param {number} user
 */
function acl(ownerPermissions, user) {
  const anyone = 0xffffffff;
  const entries = [
    [0x01, ownerPermissions, anyone],
    [0x02, 5, user],
    [0x04, 4, anyone],
    [0x10, 7, anyone],
    [0x20, 0, anyone],
  ];
  const bytes = Buffer.alloc(4 + entries.length * 8);
  bytes.writeUInt32LE(2, 0);
  entries.forEach(([tag = 0, permissions = 0, id = 0], i) => {
    bytes.writeUInt16LE(tag, 4 + i * 8);
    bytes.writeUInt16LE(permissions, 6 + i * 8);
    bytes.writeUInt32LE(id, 8 + i * 8);
  });
  return bytes;
}

/** `struct vfs_cap_data` of revision 2: CAP_NET_BIND_SERVICE permitted and effective. */
function capability() {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32LE(0x02000001, 0);
  bytes.writeUInt32LE(1 << 10, 4);
  return bytes;
}
