import { allocateScratch, errnoName, lastErrno, lazy, libcFunction, systemError } from "./libc.ts";

const EBADF = 9;
const POLLIN = 1;
const POLLNVAL = 0x20;

const calls = lazy(() => ({
  poll: libcFunction("poll", "int", ["uintptr_t", "ulong", "int"]),
  // struct pollfd: the descriptor, s32; events asked for and found, u16 each.
  entry: allocateScratch(8),
}));

/**
 * Waits until `fd` can be read, or has failed, or `milliseconds` have passed (-1: as long as it takes). Returns whether it
 * can; false too when a signal came in between.
 * @throws SystemError EBADF
 */
export function waitReadable(fd: number, milliseconds: number): boolean {
  const { poll, entry } = calls();
  entry.words[0] = fd;
  entry.words[1] = POLLIN;
  const count = poll(entry.address, 1, milliseconds);
  // A descriptor below 0 is left out by poll(2), one that is not open is told in `revents`.
  if (fd < 0 || (count > 0 && (entry.words[1] >>> 16) & POLLNVAL))
    throw systemError("poll", undefined, EBADF);
  if (count >= 0) return count > 0;
  if (errnoName(lastErrno()) === "EINTR") return false;
  throw systemError("poll");
}
