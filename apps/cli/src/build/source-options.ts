import type { ReadDirectoryOptions } from "@erofs/input-directory";

import { excludeGlobs } from "./exclusions.ts";
import type { BuildFlags } from "./flags.ts";
import type { TimeSettings } from "./times.ts";

/** What the reader of the source is told, its callbacks aside. */
export function sourceOptions(
  flags: BuildFlags,
  times: TimeSettings,
  ownPaths: readonly string[],
): ReadDirectoryOptions {
  return {
    oneFileSystem: flags.oneFileSystem,
    excludePaths: [...(flags.excludePath ?? []), ...ownPaths],
    excludeGlobs: excludeGlobs(flags.exclude, flags.excludeFrom),
    hardDereference: flags.hardDereference,
    xattrs: flags.xattrTolerance >= 0,
    allRoot: flags.allRoot,
    uid: flags.forceUid,
    gid: flags.forceGid,
    uidOffset: flags.uidOffset,
    gidOffset: flags.gidOffset,
    fixedTime: times.fixedTime,
    clampTime: times.clampTime,
  };
}
