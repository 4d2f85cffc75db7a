import { readFileSync } from "node:fs";

import type { ByteString } from "@erofs/format";
import { type MountEntry, readMountTable } from "@erofs/linux";

/** A mounted image. Paths are byte strings. */
export interface ErofsMount {
  /** The image: its file, its device, its address. */
  readonly image: ByteString;
  readonly target: ByteString;
  readonly by: "kernel" | "fuse";
  readonly options: readonly string[];
  /** `st_dev` of the files in it. */
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** How a mount by FUSE is called in the table. */
const FUSE_TYPE = "fuse.erofs";

/** The file behind a loop device. */
export function loopFile(device: ByteString): ByteString | undefined {
  const name = /^\/dev\/(loop\d+)$/.exec(device)?.[1];
  if (name === undefined) return undefined;
  try {
    return readFileSync(`/sys/block/${name}/loop/backing_file`, "latin1").replace(/\n$/, "");
  } catch {
    return undefined;
  }
}

export function isErofs({ type }: MountEntry): boolean {
  return type === "erofs" || type === FUSE_TYPE;
}

export function describeMount(entry: MountEntry): ErofsMount {
  const { source, target, type, options, superOptions, deviceMajor, deviceMinor } = entry;
  return {
    image: loopFile(source) ?? source,
    target,
    by: type === FUSE_TYPE ? "fuse" : "kernel",
    options: [...new Set([...options, ...superOptions])],
    deviceMajor,
    deviceMinor,
  };
}

/** All images that are mounted, as this process sees it. */
export function erofsMounts(): ErofsMount[] {
  return readMountTable().filter(isErofs).map(describeMount);
}
