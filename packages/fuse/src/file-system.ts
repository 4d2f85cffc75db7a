/**
 * What a file system is to this server: a plain object of functions, called one at a time in the thread that made it.
 *
 * Nodes are the numbers by which the kernel and the file system speak of inodes: safe integers from 1, which is the root.
 * Names, targets of symlinks and names of extended attributes are *byte strings*, one UTF-16 unit (0–255) a byte.
 *
 * A function fails by throwing an error whose `code` is an errno's name ("ENOENT"); of any other error the kernel hears
 * EIO and the log more.
 */
export interface FileSystem {
  /** What a name in a directory leads to; undefined when there is none. "." and ".." are asked for by NFS servers. */
  lookup(parent: number, name: string, caller: Caller): Entry | undefined;
  attributes(node: number, caller: Caller): Attributes;
  /**
   * Hands the entries of a directory to `add` from a position on, until it returns false: that one did not fit and is
   * asked for again. Position 0 is the beginning, others are `next` of an entry. "." and ".." are entries as others.
   */
  readdir(
    node: number,
    position: number,
    add: (entry: DirectoryEntry) => boolean,
    handle: number,
    caller: Caller,
  ): void;
  /** Fills `target` with a file's bytes from `offset`. Returns how many: fewer than asked for only at the file's end. */
  read(node: number, offset: number, target: Uint8Array, handle: number, caller: Caller): number;
  readlink?(node: number, caller: Caller): string;
  /** The value of an extended attribute; undefined when there is none. */
  xattr?(node: number, name: string, caller: Caller): Uint8Array | undefined;
  xattrNames?(node: number, caller: Caller): readonly string[];
  /** The first byte of data, or of a hole (the end counts as one), at or after `offset`; undefined: there is none. */
  seek?(node: number, offset: number, whence: "data" | "hole", handle: number): number | undefined;
  statistics?(caller: Caller): Statistics;
  /**
   * Without these two, files are opened and closed without a word to the server, `handle` is 0 everywhere and what has
   * been read stays in the page cache. A handle is any safe integer from 0.
   * @param flags of open(2)
   */
  open?(node: number, flags: number, caller: Caller): OpenFile;
  release?(node: number, handle: number): void;
  /** The same for directories. */
  opendir?(node: number, flags: number, caller: Caller): OpenFile;
  releasedir?(node: number, handle: number): void;
  /**
   * The kernel has dropped `count` of its references to a node: it holds one for each answer of `lookup`. Where there is
   * a `forget`, each node in a listing is asked for by `lookup` too.
   */
  forget?(node: number, count: number): void;
  /**
   * Told when the server begins with requests of its own (see `rehearses`), and when it is done or others have made some
   * hundred: who keeps what was read is to keep little of it meanwhile, so that what goes on in full caches goes on early.
   */
  rehearse?(isOn: boolean): void;
  /** The mount is gone. */
  close?(): void;
  /**
   * Bytes that the kernel is to read ahead of who reads on, at most; default its own choice, 128 KiB. It is also what is
   * read around a page of a mapped file. Only who mounts as root can have another.
   */
  readonly readAhead?: number;
}

/** Who asks. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
}

export interface Entry {
  readonly node: number;
  readonly attributes: Attributes;
}

/** What stat(2) tells. */
export interface Attributes {
  /** Inode number. */
  readonly ino: number;
  /** Type and permissions, `S_IF… | 0644`. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Of 512 bytes. */
  readonly blocks: number;
  /** Devices: `minor & 0xff | major << 8 | (minor & ~0xff) << 12`. */
  readonly rdev: number;
  /** What reading is best done in multiples of. */
  readonly blockSize: number;
  /** Whole seconds since 1970 and nanoseconds. The other times are this one where they are not given. */
  readonly mtime: number;
  readonly mtimeNsec: number;
  readonly atime?: number;
  readonly atimeNsec?: number;
  readonly ctime?: number;
  readonly ctimeNsec?: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly node: number;
  readonly ino: number;
  /** The type bits of the mode, shifted right by 12 (`DT_…`); 0 when not known. */
  readonly type: number;
  /** The position behind this entry: a safe integer from 1. */
  readonly next: number;
}

/** What statfs(2) tells. */
export interface Statistics {
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly files: number;
  readonly freeFiles: number;
  /** Bytes. */
  readonly blockSize: number;
  /** Bytes of a name at most. */
  readonly nameLength: number;
}

export interface OpenFile {
  readonly handle: number;
  /** Whether what is cached of the content, or of the listing, stays good; default true. */
  readonly keepCache?: boolean;
  /** Whether reads go past the page cache. */
  readonly directIo?: boolean;
}

/** What makes a file system in each thread: the export `createFileSystem` of the module that `mount` is given. */
export type CreateFileSystem<Data = unknown> = (data: Data) => FileSystem | Promise<FileSystem>;
