import { errnoName, lastErrno, lazy, libcFunction, systemError } from "./libc.ts";

const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;

const calls = lazy(() => ({
  read: libcFunction("read", "long", ["int", "uintptr_t", "size_t"]),
  write: libcFunction("write", "long", ["int", "uintptr_t", "size_t"]),
  pread: libcFunction("pread", "long", ["int", "void *", "size_t", "long"]),
  fcntl: libcFunction("fcntl", "int", ["int", "int", "int"]),
}));

/**
 * read(2) into memory from `allocateScratch`. Returns the bytes read, or the negative errno: an exception would cost
 * ten times the call.
 */
export function readDescriptor(fd: number, address: number, length: number): number {
  const count = calls().read(fd, address, length);
  return count < 0 ? -lastErrno() : count;
}

/** write(2) from memory from `allocateScratch`. Returns the bytes written, or the negative errno. */
export function writeDescriptor(fd: number, address: number, length: number): number {
  const count = calls().write(fd, address, length);
  return count < 0 ? -lastErrno() : count;
}

/**
 * pread(2): fills `target` from byte `position` of a file, as far as it has bytes. Returns how many. Some 0.5 µs less than
 * by `node:fs`, of 2.8 µs for a page in memory.
 * @throws SystemError
 */
export function readAt(fd: number, target: Uint8Array, position: number): number {
  for (;;) {
    const count = calls().pread(fd, target, target.length, position);
    if (count >= 0) return count;
    if (errnoName(lastErrno()) !== "EINTR") throw systemError("pread");
  }
}

/** Has calls on what `fd` refers to fail with EAGAIN where they would wait. @throws SystemError */
export function setNonBlocking(fd: number): void {
  const { fcntl } = calls();
  const flags = fcntl(fd, F_GETFL, 0);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) throw systemError("fcntl");
}
