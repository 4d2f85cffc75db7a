import { closeSync, constants, lstatSync, openSync, readdirSync, type BigIntStats } from "node:fs";
import type { ByteString } from "@erofs/format";
import { type FileStat, emptyStat, isLinux, pathArgument, readNames, statInDirectory } from "@erofs/linux";

/**
 * Lists one directory: calls `visit` for each name, in ascending byte order, with what lstat says of it. The
 * `FileStat` is the same object each time. `vanished` is called for a name that is not there any more.
 * @throws the system call's error, when the directory cannot be read
 */
export type ListDirectory = (
  path: ByteString,
  visit: (name: ByteString, stat: FileStat) => void,
  vanished: (name: ByteString) => void,
) => void;

/** Whether an error says that a file is not there (any more), or is something else than it was. */
export function isGone(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP";
}

/**
 * With the system calls of Linux. Measured on 84,000 files with warm caches: 0.17 s, against 0.29 s of
 * `listPortably`, which cannot avoid bigint if times are to be exact.
 */
export const listOnLinux: ListDirectory = (path, visit, vanished) => {
  const fd = openSync(
    pathArgument(path === "" ? "/" : path),
    constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
  );
  try {
    const stat = emptyStat();
    // Without a comparator strings sort by their UTF-16 units, which are bytes here.
    // oxlint-disable-next-line typescript/require-array-sort-compare
    for (const name of readNames(fd, path).toSorted()) {
      try {
        statInDirectory(fd, name, stat);
      } catch (error) {
        if (!isGone(error)) throw error;
        vanished(name);
        continue;
      }
      visit(name, stat);
    }
  } finally {
    closeSync(fd);
  }
};

/** With what Node has everywhere. */
export const listPortably: ListDirectory = (path, visit, vanished) => {
  const stat = emptyStat();
  for (const name of readdirSync(pathArgument(path === "" ? "/" : path), { encoding: "latin1" }).toSorted()) {
    try {
      fillStat(stat, lstatSync(pathArgument(`${path}/${name}`), { bigint: true }));
    } catch (error) {
      if (!isGone(error)) throw error;
      vanished(name);
      continue;
    }
    visit(name, stat);
  }
};

/** Translates Node's own `Stats`. */
export function fillStat(stat: FileStat, from: BigIntStats): void {
  const nanoseconds = ((from.mtimeNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  stat.mode = Number(from.mode);
  stat.nlink = Number(from.nlink);
  stat.uid = Number(from.uid);
  stat.gid = Number(from.gid);
  stat.size = Number(from.size);
  stat.blocks = Number(from.blocks);
  stat.mtime = Number((from.mtimeNs - nanoseconds) / 1_000_000_000n);
  stat.mtimeNsec = Number(nanoseconds);
  stat.inoHigh = Number(from.ino >> 32n);
  stat.inoLow = Number(from.ino & 0xffffffffn);
  [stat.deviceMajor, stat.deviceMinor] = splitDevice(from.dev);
  [stat.major, stat.minor] = splitDevice(from.rdev);
}

/** Major and minor of a device number, as the C library packs them. */
function splitDevice(device: bigint): [number, number] {
  if (!isLinux) return [Number(device >> 24n), Number(device & 0xffffffn)];
  // gnu_dev_major() and gnu_dev_minor(), glibc and musl alike.
  return [
    Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n)),
    Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n)),
  ];
}
