import { statSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { isModulePath } from "@erofs/compressor";
import { resolve as resolveModule } from "import-meta-resolve";

import { CommandFailure, describe, UsageError } from "../failure.ts";
import { includedCompressors } from "./included.ts";

/** Where a module is, and which of its exports is meant. */
export interface PluginPlace {
  readonly url: string;
  /** Of `./mine.mjs#fast`: `fast`. */
  readonly exportName: string | undefined;
}

/** Parts a name from the export behind `#`, unless that is a part of a file's name. */
function splitExport(name: string): [string, string | undefined] {
  const match = /^(.+)#([\w$]+)$/.exec(name);
  const isFile = match !== null && statSync(name, { throwIfNoEntry: false })?.isFile() === true;
  return match === null || isFile ? [name, undefined] : [match[1]!, match[2]];
}

function urlOfPath(path: string): string {
  const isUrl = /^file:/i.test(path);
  let file;
  try {
    file = isUrl ? fileURLToPath(path) : resolvePath(path);
  } catch (cause) {
    throw new UsageError(`compressor '${path}': ${describe(cause)}`, { cause });
  }
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) throw new CommandFailure(`compressor '${path}': no such file`);
  if (!stats.isFile()) throw new CommandFailure(`compressor '${path}': not a file; name its module`);
  return pathToFileURL(file).href;
}

/** A package as it is found from `parent`; undefined where there is none. */
function urlOfPackage(name: string, parent: string): string | undefined {
  try {
    const url = resolveModule(name, parent);
    // Modules of Node's own, as zlib, are no packages.
    return url.startsWith("file:") ? url : undefined;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw new CommandFailure(`compressor '${name}': ${describe(cause)}`, { cause });
  }
}

/**
 * Finds the module that a name stands for: a path from the current directory on, or a package that is installed there
 * or beside this command.
 *
 * Packages are found by the npm library import-meta-resolve: `require.resolve` does not see packages whose `exports`
 * are for `import` only, and `import.meta.resolve` takes a place to start from behind a flag of Node's only.
 * @throws UsageError when there is nothing of that name, CommandFailure when it cannot be used
 */
export function findPlugin(name: string): PluginPlace {
  const [place, exportName] = splitExport(name);
  if (isModulePath(place)) return { url: urlOfPath(place), exportName };
  const parents = [pathToFileURL(`${resolvePath()}/`).href, import.meta.url];
  for (const parent of parents) {
    const url = urlOfPackage(place, parent);
    if (url !== undefined) return { url, exportName };
  }
  const names = includedCompressors.map((included) => included.name).join(", ");
  throw new UsageError(
    `there is no compressor '${name}': included are ${names}, ` +
      `others are packages that are installed here or files, as './${place}'`,
  );
}
