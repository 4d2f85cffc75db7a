import type { Dirent, Inode } from "@erofs/format";

import type { Image } from "./open-image.ts";

/** A directory's entries in on-disk (byte) order, without "." and "..". */
export async function listDirectory(image: Image, directory: Inode): Promise<Dirent[]> {
  const entries = await image.readdir(directory);
  return entries.filter(({ name }) => name !== "." && name !== "..");
}
