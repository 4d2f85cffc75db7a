import { type ByteString, FileType, typeBitsOf } from "@erofs/format";

/** An extended attribute: its whole name ("user.a") and its value. */
export interface Xattr {
  readonly name: ByteString;
  readonly value: Uint8Array;
}

/** A range of a file's bytes that is not a hole. */
export interface DataRange {
  readonly offset: number;
  readonly size: number;
}

/** Bytes that stand in memory. */
export interface MemoryContent {
  readonly kind: "memory";
  readonly bytes: Uint8Array;
}

/**
 * A file that whoever executes the plan opens for itself, so that bytes need not pass through the thread that
 * planned. `directory` is shared by all its files, which keeps a million of these small.
 */
export interface FileContent {
  readonly kind: "file";
  /** Path of the directory, without a trailing slash. */
  readonly directory: ByteString;
  readonly name: ByteString;
  /** The file's own mtime when it was planned, to notice a file that changes meanwhile. */
  readonly mtime: number;
  readonly mtimeNsec: number;
  /** Set for a sparse file: its data, ascending and disjoint; everything else is zeros. */
  readonly ranges?: readonly DataRange[];
}

export type Content = MemoryContent | FileContent;

/** One inode. A hard-linked one stands under several entries as the same object. */
export interface TreeNode {
  readonly type: FileType;
  /** Permissions with suid, sgid and sticky: the low 12 bits of `st_mode`. */
  permissions: number;
  uid: number;
  gid: number;
  /** Seconds since 1970, may be negative, and nanoseconds 0–999999999. */
  mtime: number;
  mtimeNsec: number;
  /** Bytes, for regular files. */
  size: number;
  /** Absent means none. Names are unique. */
  xattrs: readonly Xattr[] | undefined;
  /** Regular files that are not empty. */
  content: Content | undefined;
  /** Symlinks. */
  target: ByteString | undefined;
  /** Character and block devices. */
  major: number;
  minor: number;
  /** Directories: sorted by `compareNames`, without "." and "..". */
  entries: TreeEntry[] | undefined;
}

export interface TreeEntry {
  readonly name: ByteString;
  readonly node: TreeNode;
}

/** A node with the defaults of its type, which the caller fills further. */
export function createNode(type: FileType, permissions: number): TreeNode {
  return {
    type,
    permissions,
    uid: 0,
    gid: 0,
    mtime: 0,
    mtimeNsec: 0,
    size: 0,
    xattrs: undefined,
    content: undefined,
    target: undefined,
    major: 0,
    minor: 0,
    entries: type === FileType.directory ? [] : undefined,
  };
}

/** Ascending byte order: the order of names in an EROFS directory. */
export function compareNames(a: ByteString, b: ByteString): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `st_mode` of a node. */
export function modeOf(node: TreeNode): number {
  return typeBitsOf(node.type) | node.permissions;
}
