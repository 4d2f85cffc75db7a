import { type ByteString, CorruptImage, FileType, type Inode } from "@erofs/format";

import type { Image } from "./open-image.ts";
import { joinPath, type Located } from "./paths.ts";

/** An entry of a directory, its inode not read yet. */
export interface Entry {
  readonly name: ByteString;
  readonly nid: number;
  readonly type: FileType;
}

/** A directory's entries in on-disk (byte) order, without "." and "..". */
export async function listDirectory(image: Image, directory: Inode): Promise<Entry[]> {
  const entries = await image.readdir(directory);
  return entries.filter(({ name }) => name !== "." && name !== "..");
}

/** A directory that a walk has reached, with its entries. */
export interface WalkedDirectory extends Located {
  readonly entries: readonly Entry[];
}

/**
 * The directory `start` and all below it, each before those inside it, siblings in byte order. A directory has one
 * parent, so one that is reached twice is damage: without that check a loop would never end.
 * @throws CorruptImage
 */
export async function* walkDirectories(
  image: Image,
  start: Located,
): AsyncGenerator<WalkedDirectory, void, void> {
  const seen = new Set([start.node.nid]);
  const stack: Located[] = [start];
  for (let current = stack.pop(); current !== undefined; current = stack.pop()) {
    const entries = await listDirectory(image, current.node);
    yield { ...current, entries };
    const children: Located[] = [];
    for (const { name, nid, type } of entries) {
      if (type !== FileType.directory) continue;
      const path = joinPath(current.path, name);
      if (seen.has(nid)) throw new CorruptImage("the directory stands in the tree twice", { nid, path });
      seen.add(nid);
      children.push({ path, node: await image.inode(nid) });
    }
    // The last in is the first out.
    stack.push(...children.toReversed());
  }
}
