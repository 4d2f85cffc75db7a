import { closeSync, openSync } from "node:fs";
import type { SyncSource } from "../sources/source.ts";
import { fileSource } from "./file-source.ts";

/** Where an image is. */
export interface ImageFile {
  readonly path: string;
  /** Where in the file the image starts, bytes. */
  readonly offset?: number | undefined;
  /** Files of the extra devices, in the order of the device table. */
  readonly devices?: readonly string[] | undefined;
}

/** The files of an image, open: threads share the descriptors, and so the files, whoever gets their names meanwhile. */
export interface OpenFiles {
  /** The image's own first. */
  readonly fds: readonly number[];
  readonly offset: number;
}

/** @throws the errors of `node:fs` */
export function openFiles({ path, offset = 0, devices = [] }: ImageFile): OpenFiles {
  const fds: number[] = [];
  try {
    for (const each of [path, ...devices]) fds.push(openSync(each, "r"));
  } catch (error) {
    closeFiles({ fds });
    throw error;
  }
  return { fds, offset };
}

/** @throws ErofsError EINVAL for an offset beyond the end of the file */
export function sourcesOf({ fds, offset }: OpenFiles): SyncSource[] {
  return fds.map((fd, index) => fileSource(fd, { offset: index === 0 ? offset : 0 }));
}

export function closeFiles({ fds }: Pick<OpenFiles, "fds">): void {
  for (const fd of fds) closeSync(fd);
}
