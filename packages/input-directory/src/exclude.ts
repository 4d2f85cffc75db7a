import { type ByteString, fromText } from "@erofs/format";
import picomatch from "picomatch";

/** Whether to leave out the node at `directory/name`; `directory` is relative to the source, "" for itself. */
export type Exclusion = (directory: ByteString, name: ByteString, isDirectory: boolean) => boolean;

interface Matcher {
  readonly matches: (path: string) => boolean;
  readonly directoriesOnly: boolean;
  readonly nameOnly: boolean;
}

/** "./a//b/" names the same as "a/b". */
function normalize(path: string): ByteString {
  return fromText(path)
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

function createMatcher(glob: string): Matcher | undefined {
  const pattern = normalize(glob);
  if (pattern === "") return undefined;
  return {
    // Names starting with a dot are names like others, and "!" is a letter: what is not excluded is in.
    matches: picomatch(pattern, { dot: true, nonegate: true, windows: false }),
    directoriesOnly: glob.endsWith("/"),
    nameOnly: !glob.replace(/\/+$/, "").includes("/"),
  };
}

/**
 * What to leave out of a tree.
 *
 * Globs have `*` (within a name), `**` (across directories), `?`, `[a-z]`, `{a,b}` and `\` before a letter meant
 * literally. One without a slash, like `*.o`, is for names anywhere; one with a slash, like `/build` or
 * `doc/*.html`, for paths from the source on; one with a slash at its end for directories only. They work on
 * bytes: `?` is one byte, and bytes that are not UTF-8 match too.
 *
 * @param paths exact paths relative to the source
 * @returns undefined when nothing is excluded
 */
export function createExclusion(paths: readonly string[], globs: readonly string[]): Exclusion | undefined {
  const exact = new Set(paths.map(normalize).filter((path) => path !== ""));
  const matchers = globs.map(createMatcher).filter((matcher) => matcher !== undefined);
  if (exact.size === 0 && matchers.length === 0) return undefined;
  const names = matchers.filter((matcher) => matcher.nameOnly);
  const whole = matchers.filter((matcher) => !matcher.nameOnly);
  const needsPath = exact.size > 0 || whole.length > 0;
  return (directory, name, isDirectory) => {
    for (const matcher of names) {
      if ((isDirectory || !matcher.directoriesOnly) && matcher.matches(name)) return true;
    }
    if (!needsPath) return false;
    const path = directory === "" ? name : `${directory}/${name}`;
    if (exact.has(path)) return true;
    for (const matcher of whole) {
      if ((isDirectory || !matcher.directoriesOnly) && matcher.matches(path)) return true;
    }
    return false;
  };
}

/** The patterns in a file's text: one a line; empty lines and lines that start with `#` do not count. */
export function parsePatterns(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
