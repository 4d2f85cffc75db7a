import { type ByteString, CorruptImage, type Inode, nidText } from "@erofs/format";
import { readdir } from "./directory.ts";
import type { ImageState } from "./image-state.ts";
import { isDirectory, readInode, requireDirectory } from "./inode.ts";
import type { Reading, Streaming } from "./reading.ts";

/** One entry of a tree. */
export interface WalkEntry {
  /** From the directory where the walk began: its own is "", others have no leading slash. */
  readonly path: ByteString;
  readonly name: ByteString;
  readonly node: Inode;
  /** The directory that holds the entry; of the walk's beginning, itself. */
  readonly parent: Inode;
  /** 0 for the directory where the walk began. */
  readonly depth: number;
}

/** Deeper trees than any path can name. */
const MAX_DEPTH = 4096;

/** A directory on the way, and the entries of it that are still to come, the next one last. */
interface Level {
  readonly node: Inode;
  readonly path: ByteString;
  readonly rest: { readonly name: ByteString; readonly nid: number }[];
}

/**
 * A directory and everything below it: each directory before its entries, entries in byte order, without "." and "..".
 * Hard links come once for each name.
 * @throws CorruptImage, also for a directory that is reached twice, so that a walk always ends
 */
export function* walk(image: ImageState, top?: Inode): Streaming<WalkEntry> {
  const start = top ?? (yield* readInode(image, image.superblock.rootNid));
  requireDirectory(start);
  yield { item: { path: "", name: "", node: start, parent: start, depth: 0 } };
  const reached = new Set([start.nid]);
  const levels: Level[] = [{ node: start, path: "", rest: yield* entriesLeft(image, start) }];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const entry = level.rest.pop();
    if (entry === undefined) {
      levels.pop();
      continue;
    }
    const { name, nid } = entry;
    const path = level.path === "" ? name : `${level.path}/${name}`;
    const node = yield* readInode(image, nid);
    const isDir = isDirectory(node);
    if (isDir && reached.has(nid))
      throw new CorruptImage(`directory ${nidText(nid)} is reached twice`, { nid, path });
    yield { item: { path, name, node, parent: level.node, depth: levels.length } };
    if (!isDir) continue;
    if (levels.length >= MAX_DEPTH)
      throw new CorruptImage(`directories are nested more than ${MAX_DEPTH} deep`, { nid });
    reached.add(nid);
    levels.push({ node, path, rest: yield* entriesLeft(image, node) });
  }
}

function* entriesLeft(image: ImageState, dir: Inode): Reading<Level["rest"]> {
  const entries = yield* readdir(image, dir);
  return entries.filter(({ name }) => name !== "." && name !== "..").toReversed();
}
