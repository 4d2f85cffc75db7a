import { chmodSync, fchmodSync, fchownSync, futimesSync, lchownSync, lutimesSync } from "node:fs";
import {
  type ByteString,
  ErofsError,
  FileType,
  failureReason,
  type Inode,
  toText,
  typeOfMode,
} from "@erofs/format";
import {
  available,
  pathArgument,
  setTime,
  setTimeOfOpenFile,
  setXattr,
  setXattrOfOpenFile,
} from "@erofs/linux";
import type { SyncImage } from "@erofs/reader";
import type { Warning } from "./options.ts";
import type { WriteSettings } from "./settings.ts";

/** In the place of the permissions something was created with: it was there before. */
export const UNKNOWN = -1;

/** What an extended attribute may fail with, when all that is wrong is this user or this file system. */
const harmless = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/**
 * Gives what was extracted its owner, extended attributes, permissions and time. The order matters: a change of
 * owner takes away suid, sgid and `security.capability`, and a change of anything must not come after the time.
 */
export class Attributes {
  readonly #image: SyncImage;
  readonly #settings: WriteSettings;
  readonly #warn: (warning: Warning) => void;
  readonly #exactTimes = available();

  constructor(image: SyncImage, settings: WriteSettings, warn: (warning: Warning) => void) {
    this.#image = image;
    this.#settings = settings;
    this.#warn = warn;
  }

  /** Permissions to create a node with: its own, unless something still has to be set that they would forbid. */
  permissionsForCreation(node: Inode): number {
    return this.#settings.xattrs && node.xattrIcount !== 0 ? 0o600 : node.mode & 0o777;
  }

  /** For a regular file or a directory that was created with certain permissions, or `UNKNOWN` ones. */
  applyToOpenFile(fd: number, node: Inode, created: number, hostPath: ByteString, path: ByteString): void {
    if (this.#ownerDiffers(node, created)) fchownSync(fd, node.uid, node.gid);
    this.#setXattrs(node, path, (name, value) => setXattrOfOpenFile(fd, name, value, hostPath));
    if (this.#permissionsDiffer(node, created)) fchmodSync(fd, node.mode & 0o7777);
    if (this.#exactTimes) setTimeOfOpenFile(fd, node.mtime, node.mtimeNsec, hostPath);
    else futimesSync(fd, secondsOf(node), secondsOf(node));
  }

  /** For what cannot be opened: symlinks, devices, fifos, sockets. Follows no symlink. */
  applyToPath(hostPath: ByteString, node: Inode, created: number, path: ByteString): void {
    const argument = pathArgument(hostPath);
    if (this.#ownerDiffers(node, created)) lchownSync(argument, node.uid, node.gid);
    this.#setXattrs(node, path, (name, value) => setXattr(hostPath, name, value, false));
    const isSymlink = typeOfMode(node.mode) === FileType.symlink;
    if (!isSymlink && this.#permissionsDiffer(node, created)) chmodSync(argument, node.mode & 0o7777);
    if (this.#exactTimes) setTime(hostPath, node.mtime, node.mtimeNsec, false);
    else lutimesSync(argument, secondsOf(node), secondsOf(node));
  }

  #ownerDiffers(node: Inode, created: number): boolean {
    const { owners, newUid, newGid } = this.#settings;
    return owners && (created === UNKNOWN || node.uid !== newUid || node.gid !== newGid);
  }

  #permissionsDiffer(node: Inode, created: number): boolean {
    // Those in the umask may or may not have been set.
    return (node.mode & 0o7777) !== created || (node.mode & this.#settings.umask) !== 0;
  }

  #setXattrs(node: Inode, path: ByteString, set: (name: ByteString, value: Uint8Array) => void): void {
    if (!this.#settings.xattrs || node.xattrIcount === 0) return;
    for (const { name, value } of this.#image.xattrs(node)) {
      try {
        set(name, value);
      } catch (error) {
        const failure = failureReason(error);
        if (failure === undefined) throw error;
        const reason = `${failure.reason} (${failure.code})`;
        if (!harmless.has(failure.code)) {
          // ENOSPC here is often no full disk: ext4 has but one block for all attributes of a file.
          const message = `cannot set extended attribute ${toText(name)} of ${value.length} bytes: ${reason}`;
          throw new ErofsError(failure.code, message, { cause: error });
        }
        const message = `extended attribute ${toText(name)} left out: ${reason}`;
        this.#warn({ code: "XATTR_SKIPPED", path, message });
      }
    }
  }
}

/** For Node's own calls, which are exact to about a microsecond. */
function secondsOf(node: Inode): number {
  return node.mtime + node.mtimeNsec / 1e9;
}
