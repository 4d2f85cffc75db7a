import { closeSync, constants, openSync } from "node:fs";
import { cloneFuseDevice } from "@erofs/linux";
import { MountError } from "./mount-error.ts";

const DEVICE = "/dev/fuse";

/** A descriptor of /dev/fuse that belongs to no connection yet. @throws MountError */
export function openDevice(): number {
  try {
    return openSync(DEVICE, constants.O_RDWR);
  } catch (cause) {
    const { code } = cause as { code: string };
    const reason =
      code === "ENOENT" || code === "ENXIO" || code === "ENODEV"
        ? "the kernel has no FUSE here (modprobe fuse?)"
        : "no permission to open it";
    throw new MountError(code, `${DEVICE}: ${reason} (${code})`, { cause });
  }
}

/** `count` descriptors for the connection of `connected`, that one included. @throws MountError, SystemError */
export function cloneDevices(connected: number, count: number): number[] {
  const devices = [connected];
  try {
    while (devices.length < count) {
      const fd = openDevice();
      devices.push(fd);
      cloneFuseDevice(fd, connected);
    }
  } catch (error) {
    for (const fd of devices.slice(1)) closeSync(fd);
    throw error;
  }
  return devices;
}
