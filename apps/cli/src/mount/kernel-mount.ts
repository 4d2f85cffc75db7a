import { closeSync, openSync, statSync } from "node:fs";

import { attachLoop, mount, type SystemError } from "@erofs/linux";

import { nameFromText } from "../terminal/quote.ts";

export interface KernelMountRequest {
  /** Absolute path of a file or block device. */
  readonly image: string;
  /** Where in it the image begins, bytes. */
  readonly offset: number;
  /** Of the extra devices, in the order of the device table. */
  readonly devices: readonly string[];
  readonly target: string;
  /** Of `MountFlag`. */
  readonly flags: number;
  readonly options: readonly string[];
}

/** How the kernel reads the image: the file itself, through loop devices, from a device. */
export type KernelMountKind = "file" | "loop" | "device";

/** What files as such cannot do on this kernel or file system, or at this offset, and loop devices may. */
const loopRemedies = new Set(["ENOTBLK", "EINVAL", "EOPNOTSUPP"]);

/** Mounts by the kernel's own EROFS: files as they are where the kernel can (Linux 6.12), else by loop. @throws SystemError */
export function mountByKernel(request: KernelMountRequest): KernelMountKind {
  if (statSync(request.image).isBlockDevice()) {
    withLoops(request, (source, devices) => mountFrom(request, source, devices, request.offset));
    return "device";
  }
  try {
    mountFiles(request);
    return "file";
  } catch (error) {
    if (!loopRemedies.has((error as SystemError).code)) throw error;
    withLoops(request, (source, devices) => mountFrom(request, source, devices, 0));
    return "loop";
  }
}

function mountFrom(
  { target, flags, options }: KernelMountRequest,
  source: string,
  devices: readonly string[],
  offset: number,
): void {
  const words = [
    ...options,
    ...devices.map((device) => `device=${device}`),
    ...(offset === 0 ? [] : [`fsoffset=${offset}`]),
  ];
  mount({
    source: nameFromText(source),
    target: nameFromText(target),
    type: "erofs",
    flags,
    data: nameFromText(words.join(",")),
  });
}

function mountFiles(request: KernelMountRequest): void {
  const fds: number[] = [];
  try {
    const devices = request.devices.map((device) => {
      // Options have no way to write a comma; this process's descriptors have none.
      if (!device.includes(",")) return device;
      const fd = openSync(device, "r");
      fds.push(fd);
      return `/proc/self/fd/${fd}`;
    });
    mountFrom(request, request.image, devices, request.offset);
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}

/** Has files stand behind loop devices, which stay while they are mounted. */
function withLoops(
  { image, offset, devices }: KernelMountRequest,
  mountDevices: (source: string, devices: readonly string[]) => void,
): void {
  const fds: number[] = [];
  const deviceOf = (path: string, start: number): string => {
    if (statSync(path).isBlockDevice()) return path;
    const fd = openSync(path, "r");
    fds.push(fd);
    const loop = attachLoop(fd, nameFromText(path), start);
    fds.push(loop.fd);
    return loop.path;
  };
  try {
    mountDevices(
      deviceOf(image, offset),
      devices.map((device) => deviceOf(device, 0)),
    );
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}
