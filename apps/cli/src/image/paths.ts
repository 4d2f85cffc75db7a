import { type ByteString, ErofsError, type Inode } from "@erofs/format";

import { nameFromText, unquoteName } from "../terminal/quote.ts";
import type { Image } from "./open-image.ts";

/** An inode with the path that it was found under. */
export interface Located {
  readonly path: ByteString;
  readonly node: Inode;
}

/**
 * Finds the inode that an argument names. Paths count from the image's root, with or without a leading slash.
 * A path that does not exist as it is typed is tried with its escapes undone, so that what `ls` printed for a name
 * which is not text can be given to another command.
 * @throws PathError
 */
export async function locate(image: Image, argument: string, followSymlinks: boolean): Promise<Located> {
  const path = nameFromText(argument);
  try {
    return { path, node: await image.lookup(path, { followSymlinks }) };
  } catch (error) {
    const unquoted = unquoteName(argument);
    if (unquoted === path || !(error instanceof ErofsError && error.code === "ENOENT")) throw error;
    return { path: unquoted, node: await image.lookup(unquoted, { followSymlinks }) };
  }
}

/** The path of an entry of the directory at `directory`. */
export function joinPath(directory: ByteString, name: ByteString): ByteString {
  return directory === "" || directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}
