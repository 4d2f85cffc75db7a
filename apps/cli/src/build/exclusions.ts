import { readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";

import { parsePatterns } from "@erofs/input-directory";

/** All patterns of `--exclude` and of the files named by `--exclude-from`. */
export function excludeGlobs(globs: readonly string[] = [], files: readonly string[] = []): string[] {
  return [...globs, ...files.flatMap((file) => parsePatterns(readFileSync(file, "utf8")))];
}

/**
 * Where in `source` the image is going to stand, as a path relative to it; undefined when it stands elsewhere.
 * An image that an earlier build left inside its own source must not go into the next one.
 */
export function imageInsideSource(source: string, image: string): string | undefined {
  let path;
  try {
    path = relative(realpathSync(source), join(realpathSync(dirname(image)), basename(image)));
  } catch {
    // One of the two cannot be reached, which the build itself will tell.
    return undefined;
  }
  const parts = path.split(sep);
  return path === "" || parts[0] === ".." || path.startsWith(sep) ? undefined : parts.join("/");
}
