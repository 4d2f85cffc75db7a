import { allocateScratch, lazy, libcFunction, systemError } from "./libc.ts";

/** FUSE_DEV_IOC_CLONE: _IOR(229, 0, uint32_t). */
const CLONE = 0x8004e500;

const calls = lazy(() => ({
  ioctl: libcFunction("ioctl", "int", ["int", "ulong", "uintptr_t"]),
  argument: allocateScratch(4),
}));

/**
 * Makes `fd`, a fresh descriptor of /dev/fuse, another channel of the connection that `connected` belongs to: requests
 * come through either, and are answered where they came.
 * @throws SystemError
 */
export function cloneFuseDevice(fd: number, connected: number): void {
  const { ioctl, argument } = calls();
  argument.words[0] = connected;
  if (ioctl(fd, CLONE, argument.address) !== 0) throw systemError("ioctl FUSE_DEV_IOC_CLONE");
}
