import { allocateScratch, lazy, libcFunction, systemError } from "./libc.ts";
import { placePath } from "./path.ts";

const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_NO_AUTOMOUNT = 0x800;
/** What `struct stat` has; not the birth time. */
const STATX_BASIC_STATS = 0x7ff;

/** What a file's inode says. Numbers of 64 bits come rounded above 2^53, but for the inode number's halves. */
export interface FileStat {
  /** `st_mode`: type and permissions. */
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  size: number;
  /** In units of 512 bytes. */
  blocks: number;
  /** Seconds since 1970 and nanoseconds. */
  mtime: number;
  mtimeNsec: number;
  /** Upper and lower 32 bits of the inode number. */
  inoHigh: number;
  inoLow: number;
  /** Of the file system. */
  deviceMajor: number;
  deviceMinor: number;
  /** Of the node itself, for devices. */
  major: number;
  minor: number;
}

/** A `FileStat` to be filled. */
export function emptyStat(): FileStat {
  return {
    mode: 0,
    nlink: 0,
    uid: 0,
    gid: 0,
    size: 0,
    blocks: 0,
    mtime: 0,
    mtimeNsec: 0,
    inoHigh: 0,
    inoLow: 0,
    deviceMajor: 0,
    deviceMinor: 0,
    major: 0,
    minor: 0,
  };
}

const calls = lazy(() => ({
  statx: libcFunction("statx", "int", ["int", "uintptr_t", "int", "uint", "uintptr_t"]),
  buffer: allocateScratch(256),
}));

/**
 * A number of 64 bits from its halves. Small ones must not come out of floating-point arithmetic: V8 would box
 * them, then and in each object that they are copied into, which made a tree of a million files 48 MB larger.
 */
function join(high: number, low: number): number {
  return high === 0 ? low : high * 0x100000000 + low;
}

/**
 * Reads the inode of `name` in the open directory `directory` into `stat`, without following a symlink.
 *
 * Measured on a path eight directories deep: 0.9 µs, against 2.5 µs of `fs.lstatSync` with bigint, which has to
 * walk the whole path each time.
 * @throws SystemError
 */
export function statInDirectory(directory: number, name: string, stat: FileStat): void {
  const { statx, buffer } = calls();
  const flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
  if (statx(directory, placePath(name, "statx"), flags, STATX_BASIC_STATS, buffer.address) !== 0) {
    throw systemError("statx", name);
  }
  // struct statx (uapi/linux/stat.h), in words of 32 bits.
  const w = buffer.words as unknown as { [index: number]: number };
  stat.nlink = w[4]!;
  stat.uid = w[5]!;
  stat.gid = w[6]!;
  stat.mode = w[7]! & 0xffff;
  stat.inoLow = w[8]!;
  stat.inoHigh = w[9]!;
  stat.size = join(w[11]!, w[10]!);
  stat.blocks = join(w[13]!, w[12]!);
  stat.mtime = join(w[29]! | 0, w[28]!);
  stat.mtimeNsec = w[30]!;
  stat.major = w[32]!;
  stat.minor = w[33]!;
  stat.deviceMajor = w[34]!;
  stat.deviceMinor = w[35]!;
}
