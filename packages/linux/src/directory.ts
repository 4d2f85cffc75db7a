import { kernelCall } from "./kernel-call.ts";
import { allocateScratch, lazy, systemError } from "./libc.ts";

const calls = lazy(() => ({ getdents64: kernelCall("getdents64", 3), buffer: allocateScratch(1 << 18) }));

/** Bytes before the name in `struct linux_dirent64`: inode u64, offset s64, record length u16, type u8. */
const NAME_OFFSET = 19;

/**
 * The names in an open directory, byte strings in no particular order, without "." and "..".
 * `path` is for the error's text.
 * @throws SystemError
 */
export function readNames(directory: number, path: string): string[] {
  const { getdents64, buffer } = calls();
  const { bytes } = buffer;
  const names: string[] = [];
  for (;;) {
    const filled = getdents64(directory, buffer.address, bytes.length);
    if (filled < 0) throw systemError("getdents64", path);
    if (filled === 0) return names;
    for (let at = 0; at < filled; at += bytes[at + 16]! | (bytes[at + 17]! << 8)) {
      const start = at + NAME_OFFSET;
      let end = start;
      while (bytes[end] !== 0) end++;
      const name = bytes.toString("latin1", start, end);
      if (name !== "." && name !== "..") names.push(name);
    }
  }
}
