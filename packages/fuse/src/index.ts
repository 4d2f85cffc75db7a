export { mount, type Mounted, type MountOptions } from "./mount.ts";
export { MountError } from "./mount/mount-error.ts";
export type { MountSettings } from "./mount/mount-settings.ts";
export { isStaleMount } from "./mount/mountpoint.ts";
export { unmountOnSignals } from "./unmount-on-signals.ts";
export type {
  Attributes,
  Caller,
  CreateFileSystem,
  DirectoryEntry,
  Entry,
  FileSystem,
  OpenFile,
  Statistics,
} from "./file-system.ts";
