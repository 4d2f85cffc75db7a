import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { type MountEntry, readMountTable } from "@erofs/linux";

import { nameFromText } from "../terminal/quote.ts";

/** Symlinks that lead from one to the next, as many as the kernel follows. */
const MAX_LINKS = 40;

function realPathOfParent(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

/**
 * The mount that is on top of a directory, without asking what is mounted there: it may have nobody to answer.
 * Undefined when nothing is mounted just there.
 */
export function findMount(
  directory: string,
  table: readonly MountEntry[] = readMountTable(),
): MountEntry | undefined {
  let path = resolve(directory);
  for (let link = 0; link <= MAX_LINKS; link++) {
    const real = realPathOfParent(path);
    for (const candidate of [path, real]) {
      const name = nameFromText(candidate);
      const found = table.findLast(({ target }) => target === name);
      if (found !== undefined) return found;
    }
    if (lstatSync(real, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return undefined;
    path = resolve(dirname(real), readlinkSync(real));
  }
  return undefined;
}
