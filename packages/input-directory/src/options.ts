import type { ByteString } from "@erofs/format";

/** Why something is not, or not quite, in the tree. */
export type WarningCode =
  /** Went away, or became something else, while the directory was read; left out. */
  | "VANISHED"
  /** Not a directory, but on another file system than the source (a bind mount); left out by `oneFileSystem`. */
  | "OTHER_FILE_SYSTEM"
  /** Extended attributes were asked for, but cannot be read on this system; all files go without. */
  | "XATTRS_UNAVAILABLE";

export interface Warning {
  readonly code: WarningCode;
  readonly message: string;
  /** Of what it is about, on the host. */
  readonly path: ByteString;
}

export interface ReadDirectoryOptions {
  /** Keep the directories that other file systems are mounted on, but leave them empty. */
  readonly oneFileSystem?: boolean | undefined;
  /** Paths to leave out, relative to the source and exact: "var/cache". What is below goes with them. */
  readonly excludePaths?: readonly string[] | undefined;
  /** Patterns to leave out; see `createExclusion` for what they mean. */
  readonly excludeGlobs?: readonly string[] | undefined;
  /** Make a file of its own of each hard link. */
  readonly hardDereference?: boolean | undefined;
  /** Read extended attributes; the default is true. */
  readonly xattrs?: boolean | undefined;
  /** Which extended attributes to keep, by their whole name ("security.selinux"). */
  readonly xattrFilter?: ((name: ByteString) => boolean) | undefined;
  /** Everything belongs to root: `uid: 0, gid: 0`. */
  readonly allRoot?: boolean | undefined;
  /** The owner and group of everything. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Added to each owner and group, overridden ones too. */
  readonly uidOffset?: number | undefined;
  readonly gidOffset?: number | undefined;
  /** Modification time of everything, in seconds since 1970. */
  readonly fixedTime?: number | undefined;
  /** Latest modification time, in seconds since 1970: newer ones become this one (`SOURCE_DATE_EPOCH`). */
  readonly clampTime?: number | undefined;
  readonly onWarning?: ((warning: Warning) => void) | undefined;
  /** Called now and then with the nodes found so far and the bytes in their files. */
  readonly onProgress?: ((files: number, bytes: number) => void) | undefined;
}
