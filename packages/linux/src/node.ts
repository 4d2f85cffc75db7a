import { kernelCall } from "./kernel-call.ts";
import { lazy, systemError } from "./libc.ts";
import { placePath } from "./path.ts";

const AT_FDCWD = -100;
const EINVAL = 22;

const mknodat = lazy(() => kernelCall("mknodat", 4));

/**
 * Makes a device, fifo, socket or empty regular file.
 * @param mode `st_mode`: type and permissions, from which the umask is taken off
 * @param major,minor of a device, else 0; at most 12 and 20 bits
 * @throws SystemError EPERM for a device without CAP_MKNOD, EEXIST even when `path` is a dangling symlink
 */
export function makeNode(path: string, mode: number, major: number, minor: number): void {
  if (major < 0 || major > 0xfff || minor < 0 || minor > 0xfffff) throw systemError("mknod", path, EINVAL);
  // new_encode_dev() of the kernel.
  const device = (minor & 0xff) + major * 0x100 + (minor >>> 8) * 0x100000;
  if (mknodat()(AT_FDCWD, placePath(path, "mknod"), mode, device) !== 0) throw systemError("mknod", path);
}
