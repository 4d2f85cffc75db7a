import type { ByteString } from "@erofs/format";

/** What all threads need to know to write files; plain data. */
export interface WriteSettings {
  /** The directory extracted into, without a trailing slash. */
  readonly target: ByteString;
  readonly owners: boolean;
  readonly xattrs: boolean;
  /** Replace what is in the way. */
  readonly overwrite: boolean;
  /** The owner and group that new files come with; -1 when not known beforehand. */
  readonly newUid: number;
  readonly newGid: number;
  /** Permission bits that new files come without; 0o777 when not known beforehand. */
  readonly umask: number;
}
