import { closeSync } from "node:fs";
import { mount, unmount, UnmountFlag } from "@erofs/linux";
import { openDevice } from "./device.ts";
import { mountByFusermount, unmountByFusermount } from "./fusermount.ts";
import { MountError } from "./mount-error.ts";
import { mountData, mountFlags, type MountSettings } from "./mount-settings.ts";

/** A mount that the kernel has, whose requests wait in `device`. */
export interface KernelMount {
  /** Absolute. */
  readonly mountpoint: string;
  readonly device: number;
  /** Whether it was made, and is unmounted, by the system calls themselves: by root, also of a user namespace. */
  readonly privileged: boolean;
}

/** Mounts by mount(2) or, without the right to do so, by fusermount3. @throws MountError, SystemError */
export function mountInKernel(mountpoint: string, settings: MountSettings): KernelMount {
  const device = tryPrivileged(mountpoint, settings);
  if (device !== undefined) return { mountpoint, device, privileged: true };
  return { mountpoint, device: mountByFusermount(mountpoint, settings), privileged: false };
}

/** Undefined without CAP_SYS_ADMIN or access to the device. */
function tryPrivileged(mountpoint: string, settings: MountSettings): number | undefined {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  let device: number;
  try {
    device = openDevice();
  } catch (error) {
    if (uid !== 0 && (error as MountError).code === "EACCES") return undefined;
    throw error;
  }
  try {
    mount({
      source: byteString(settings.source ?? "fuse"),
      target: byteString(mountpoint),
      type: settings.subtype === undefined ? "fuse" : `fuse.${settings.subtype}`,
      flags: mountFlags(settings),
      data: mountData(settings, device, uid, gid),
    });
    return device;
  } catch (cause) {
    closeSync(device);
    const { code, message } = cause as { code?: string; message: string };
    if (code === "EPERM") return undefined;
    throw new MountError(code ?? "EIO", `cannot mount on ${mountpoint}: ${message}`, { cause });
  }
}

/**
 * Takes a mount from the tree.
 * @param detach at once, even if it is in use: those who have something open there keep it
 * @throws MountError EBUSY when it is in use, EINVAL when there is none any more
 */
export function unmountInKernel(mountpoint: string, privileged: boolean, detach: boolean): void {
  if (!privileged) {
    unmountByFusermount(mountpoint, detach);
    return;
  }
  try {
    unmount(byteString(mountpoint), UnmountFlag.noFollow | (detach ? UnmountFlag.detach : 0));
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string };
    const reason = code === "EBUSY" ? "it is in use" : message;
    throw new MountError(code ?? "EIO", `cannot unmount ${mountpoint}: ${reason}`, { cause });
  }
}

/** Paths as the system calls take them: one UTF-16 unit a byte. */
function byteString(text: string): string {
  return Buffer.from(text).toString("latin1");
}
