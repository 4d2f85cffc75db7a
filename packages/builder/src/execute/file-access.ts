import type { ByteString } from "@erofs/format";

/** What a job needs of a file system. Absent where there is none: then all content stands in memory. */
export interface FileAccess {
  /** Throws the system's error when the file cannot be opened. */
  open(path: ByteString): OpenFile;
}

export interface OpenFile {
  /** Reads into `target` from `offset` on until it is full or the file ends; the number of bytes read. */
  read(target: Uint8Array, offset: number): number;
  status(): FileStatus;
  close(): void;
}

export interface FileStatus {
  readonly size: number;
  readonly mtime: number;
  readonly mtimeNsec: number;
}
