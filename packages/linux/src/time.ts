import { allocateScratch, lazy, libcFunction, systemError } from "./libc.ts";
import { placePath } from "./path.ts";

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
/** In the place of the nanoseconds: leave this time as it is. */
const UTIME_OMIT = 0x3ffffffe;

const calls = lazy(() => {
  // struct timespec[2]: access, modification; each s64 seconds and s64 nanoseconds.
  const times = allocateScratch(32);
  times.words[2] = UTIME_OMIT;
  return {
    times,
    utimensat: libcFunction("utimensat", "int", ["int", "uintptr_t", "uintptr_t", "int"]),
    futimens: libcFunction("futimens", "int", ["int", "uintptr_t"]),
  };
});

function placeTime(words: Uint32Array, seconds: number, nanoseconds: number): void {
  words[4] = seconds % 0x100000000;
  words[5] = Math.floor(seconds / 0x100000000);
  words[6] = nanoseconds;
}

/**
 * Sets the modification time, to the nanosecond, which `node:fs` cannot: its times are doubles.
 * The access time stays. A file system that cannot hold the time clamps or rounds it in silence.
 * @param seconds since 1970, may be negative
 * @param follow whether a symlink's target is meant
 * @throws SystemError
 */
export function setTime(path: string, seconds: number, nanoseconds: number, follow: boolean): void {
  const { times, utimensat } = calls();
  placeTime(times.words, seconds, nanoseconds);
  const flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;
  if (utimensat(AT_FDCWD, placePath(path, "utimensat"), times.address, flags) !== 0) {
    throw systemError("utimensat", path);
  }
}

/** As `setTime`, of an open file. `path` is for the error's text. @throws SystemError */
export function setTimeOfOpenFile(fd: number, seconds: number, nanoseconds: number, path: string): void {
  const { times, futimens } = calls();
  placeTime(times.words, seconds, nanoseconds);
  if (futimens(fd, times.address) !== 0) throw systemError("futimens", path);
}
