import { lazy, libcFunction, systemError } from "./libc.ts";
import { textArgument } from "./text-argument.ts";

/** Flags of `mount(2)` (`MS_…`), to be added up. */
export const MountFlag = {
  readOnly: 1,
  noSuid: 2,
  noDev: 4,
  noExec: 8,
  noAtime: 0x400,
  noDirAtime: 0x800,
  relatime: 0x20_0000,
  strictAtime: 0x100_0000,
} as const;

/** Flags of `umount2(2)` (`MNT_…`, `UMOUNT_NOFOLLOW`), to be added up. */
export const UnmountFlag = {
  /** Aborts the requests of a network or FUSE file system, even where it is busy and stays mounted. */
  force: 1,
  /** Takes it out of the tree at once; it goes when nobody uses it any more. */
  detach: 2,
  noFollow: 8,
} as const;

export interface MountRequest {
  /** A device, a file, or what the type makes of it. */
  readonly source: string;
  readonly target: string;
  /** "erofs". */
  readonly type: string;
  /** Of `MountFlag`. */
  readonly flags: number;
  /** Options of the type, separated by commas. */
  readonly data: string;
}

const calls = lazy(() => ({
  mount: libcFunction("mount", "int", [
    "const void *",
    "const void *",
    "const void *",
    "ulong",
    "const void *",
  ]),
  umount2: libcFunction("umount2", "int", ["const void *", "int"]),
}));

/** Mounts a file system. @throws SystemError with the target as its path; EPERM without CAP_SYS_ADMIN */
export function mount({ source, target, type, flags, data }: MountRequest): void {
  const [from, on, kind, options] = [source, target, type, data].map((text) => textArgument(text, "mount"));
  if (calls().mount(from!, on!, kind!, flags, options!) !== 0) throw systemError("mount", target);
}

/** Unmounts what is mounted last on `target`. @throws SystemError EBUSY, EPERM, EINVAL where nothing is mounted */
export function unmount(target: string, flags = 0): void {
  if (calls().umount2(textArgument(target, "umount"), flags) !== 0) throw systemError("umount", target);
}
