import { lastErrno, lazy, libcFunction, systemError } from "./libc.ts";

const LOCK_EX = 2;
const LOCK_NB = 4;
const EWOULDBLOCK = 11;

const flock = lazy(() => libcFunction("flock", "int", ["int", "int"]));

/**
 * Takes the lock of an open file, which is given back when the descriptor is closed, however the process ends.
 * @returns false when another one has it
 * @throws SystemError
 */
export function tryLock(fd: number): boolean {
  if (flock()(fd, LOCK_EX | LOCK_NB) === 0) return true;
  if (lastErrno() === EWOULDBLOCK) return false;
  throw systemError("flock");
}
