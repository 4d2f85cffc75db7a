import { lstatSync, statSync } from "node:fs";
import { dirname } from "node:path";

import { CommandFailure, UsageError } from "../failure.ts";

/**
 * Checks that an image may be written at `path`, before any work is done. A regular file there is replaced once
 * the new image is complete, or refused with `keep`; what is not a regular file is always refused, since
 * replacing it cannot be meant. `what` stands for it in messages.
 */
export function checkTarget(path: string, keep: boolean, what = "IMAGE"): void {
  if (path === "") throw new UsageError(`${what} is an empty path`);
  const parent = statSync(dirname(path), { throwIfNoEntry: false });
  if (parent === undefined) throw new CommandFailure(`'${dirname(path)}': no such directory`);
  if (!parent.isDirectory()) throw new CommandFailure(`'${dirname(path)}' is not a directory`);
  const bare = path.replace(/(?<=.)\/+$/, "");
  const found = lstatSync(bare, { throwIfNoEntry: false });
  if (found !== undefined) {
    // A link to a file is replaced as a name, the file that it leads to stays.
    const kind = kindOf(found.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : found);
    if (kind !== undefined) throw new UsageError(`${what} '${path}' is a ${kind}, not a file`);
    if (keep && bare === path)
      throw new CommandFailure(`'${path}' exists already; without --keep-existing it is replaced`);
  }
  if (bare !== path) throw new UsageError(`${what} '${path}' names a directory, not a file`);
}

function kindOf(stats: ReturnType<typeof statSync>): string | undefined {
  if (stats === undefined || stats.isFile()) return undefined;
  if (stats.isDirectory()) return "directory";
  if (stats.isBlockDevice()) return "block device";
  if (stats.isCharacterDevice()) return "character device";
  return stats.isFIFO() ? "fifo" : "socket";
}
