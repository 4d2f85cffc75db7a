import { allocateScratch, errnoName, lastErrno, lazy, libcFunction, systemError } from "./libc.ts";
import { placePath, placePathIn } from "./path.ts";

/** An extended attribute: its whole name ("user.a"), a byte string, and its value. */
export interface NamedValue {
  readonly name: string;
  readonly value: Uint8Array;
}

/** Linux allows neither a longer list nor a longer value (`XATTR_LIST_MAX`, `XATTR_SIZE_MAX`). */
const LARGEST = 65536;
/** `XATTR_NAME_MAX` and the NUL. */
const LARGEST_NAME = 256;

/** Offered first: the kernel allocates what is offered, and 64 KiB makes the call half as slow again (1.8 µs). */
const USUAL_LIST = 1024;

const EINVAL = 22;

const calls = lazy(() => ({
  listxattr: libcFunction("listxattr", "long", ["uintptr_t", "uintptr_t", "size_t"]),
  llistxattr: libcFunction("llistxattr", "long", ["uintptr_t", "uintptr_t", "size_t"]),
  getxattr: libcFunction("getxattr", "long", ["uintptr_t", "uintptr_t", "uintptr_t", "size_t"]),
  lgetxattr: libcFunction("lgetxattr", "long", ["uintptr_t", "uintptr_t", "uintptr_t", "size_t"]),
  setxattr: libcFunction("setxattr", "int", ["uintptr_t", "uintptr_t", "const void *", "size_t", "int"]),
  lsetxattr: libcFunction("lsetxattr", "int", ["uintptr_t", "uintptr_t", "const void *", "size_t", "int"]),
  fsetxattr: libcFunction("fsetxattr", "int", ["int", "uintptr_t", "const void *", "size_t", "int"]),
  names: allocateScratch(LARGEST),
  name: allocateScratch(LARGEST_NAME),
  value: allocateScratch(LARGEST),
}));

function placeName(name: string, syscall: string, path: string): number {
  const scratch = calls().name;
  if (name.length >= LARGEST_NAME || name.includes("\0")) throw systemError(syscall, path, EINVAL);
  scratch.bytes[scratch.bytes.write(name, "latin1")] = 0;
  return scratch.address;
}

function list(address: number, follow: boolean, path: string): NamedValue[] | undefined {
  const call = calls();
  const listNames = follow ? call.listxattr : call.llistxattr;
  let size = listNames(address, call.names.address, USUAL_LIST);
  if (size === 0) return [];
  if (size < 0 && errnoName(lastErrno()) === "ERANGE") {
    size = listNames(address, call.names.address, LARGEST);
  }
  if (size < 0) {
    // libuv's name for both ENOTSUP and EOPNOTSUPP, which are one number on Linux.
    if (errnoName(lastErrno()) === "ENOTSUP") return undefined;
    throw systemError("llistxattr", path);
  }
  const found: NamedValue[] = [];
  const get = follow ? call.getxattr : call.lgetxattr;
  for (let start = 0; start < size;) {
    const end = call.names.bytes.indexOf(0, start);
    const length = get(address, call.names.address + start, call.value.address, LARGEST);
    if (length >= 0) {
      found.push({
        name: call.names.bytes.toString("latin1", start, end),
        value: new Uint8Array(call.value.bytes.subarray(0, length)),
      });
    } else if (errnoName(lastErrno()) !== "ENODATA") {
      // ENODATA: removed since it was listed, or hidden from this user.
      throw systemError("lgetxattr", path);
    }
    start = end + 1;
  }
  return found;
}

/**
 * All extended attributes of `path`, a byte string, in the order in which the file system lists them; one
 * system call where there are none.
 * @param follow whether a symlink's target is meant
 * @returns undefined when the file system has no extended attributes at all (ENOTSUP)
 * @throws SystemError
 */
export function listXattrs(path: string, follow: boolean): NamedValue[] | undefined {
  return list(placePath(path, "llistxattr"), follow, path);
}

/** As `listXattrs` for `directory/name`, without following a symlink; fast for many names of one directory. */
export function listXattrsInDirectory(directory: string, name: string): NamedValue[] | undefined {
  return list(placePathIn(directory, name, "llistxattr"), false, name);
}

/** Sets an extended attribute, by path. @throws SystemError */
export function setXattr(path: string, name: string, value: Uint8Array, follow: boolean): void {
  const call = calls();
  const set = follow ? call.setxattr : call.lsetxattr;
  const nameAddress = placeName(name, "lsetxattr", path);
  if (set(placePath(path, "lsetxattr"), nameAddress, value, value.length, 0) !== 0) {
    throw systemError("lsetxattr", path);
  }
}

/** Sets an extended attribute of an open file. `path` is for the error's text. @throws SystemError */
export function setXattrOfOpenFile(fd: number, name: string, value: Uint8Array, path: string): void {
  if (calls().fsetxattr(fd, placeName(name, "fsetxattr", path), value, value.length, 0) !== 0) {
    throw systemError("fsetxattr", path);
  }
}
