import { lstatSync, unlinkSync } from "node:fs";
import type { ByteString } from "@erofs/format";
import { pathArgument } from "@erofs/linux";

/**
 * Makes something at a path where nothing is, by a call that fails with EEXIST otherwise and follows no symlink.
 * Where something is and may be replaced, it is removed first, unless it is a directory: nothing may ever take the
 * place of a directory, since others write below it.
 * @throws what `make` throws
 */
export function makeAt<T>(path: ByteString, overwrite: boolean, make: (path: string | Buffer) => T): T {
  const argument = pathArgument(path);
  try {
    return make(argument);
  } catch (error) {
    if (!overwrite || (error as { code?: unknown }).code !== "EEXIST") throw error;
    // Since unlink refuses directories by different errors, or on some systems not at all.
    if (lstatSync(argument).isDirectory()) throw error;
  }
  unlinkSync(argument);
  return make(argument);
}
