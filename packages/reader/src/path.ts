import {
  type ByteString,
  CorruptImage,
  ErofsError,
  fromBytes,
  type Inode,
  nidText,
  PathError,
  toText,
} from "@erofs/format";
import { child } from "./directory.ts";
import type { ImageState } from "./image-state.ts";
import { isDirectory, isSymlink, readInode } from "./inode.ts";
import { readInto } from "./read.ts";
import type { Reading } from "./reading.ts";

export interface LookupOptions {
  /** Whether a symlink at the path's end is followed, default true. Those on the way always are. */
  readonly followSymlinks?: boolean;
}

/** As Linux: more symlinks on one path are taken for a loop. */
const MAX_SYMLINKS = 40;
/** As Linux (`PATH_MAX`, NUL included). */
const MAX_TARGET = 4095;

/**
 * The inode at a path from the image's root; a leading slash makes no difference. ".." leads to the directory that
 * was passed on the way, and from the root to the root.
 * @throws PathError ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG; CorruptImage
 */
export function* lookup(image: ImageState, path: ByteString, options: LookupOptions = {}): Reading<Inode> {
  const follow = options.followSymlinks ?? true;
  const fail = (code: string, what: string) => new PathError(code, `${toText(path)}: ${what}`, { path });
  /** The directories passed, from the root to the current place. */
  const passed = [yield* readInode(image, image.superblock.rootNid)];
  /** What is still to be walked, the next component last. */
  const rest = path.split("/").toReversed();
  let symlinks = 0;
  while (rest.length > 0) {
    const name = rest.pop() as ByteString;
    const here = passed.at(-1) as Inode;
    if (!isDirectory(here)) throw fail("ENOTDIR", "not a directory");
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (passed.length > 1) passed.pop();
      continue;
    }
    let node: Inode | undefined;
    try {
      node = yield* child(image, here, name);
    } catch (error) {
      throw error instanceof PathError ? fail(error.code, error.message) : error;
    }
    if (node === undefined) throw fail("ENOENT", "no such file or directory");
    if (!isSymlink(node) || (rest.length === 0 && !follow)) {
      passed.push(node);
      continue;
    }
    if (++symlinks > MAX_SYMLINKS) throw fail("ELOOP", "too many symbolic links");
    const target = yield* readlink(image, node);
    if (target === "") throw fail("ENOENT", "an empty symbolic link");
    if (target.startsWith("/")) passed.length = 1;
    rest.push(...target.split("/").toReversed());
  }
  return passed.at(-1) as Inode;
}

/**
 * The target of a symlink.
 * @throws ErofsError EINVAL for another type, CorruptImage for a target that cannot be one
 */
export function* readlink(image: ImageState, node: Inode): Reading<ByteString> {
  if (!isSymlink(node))
    throw new ErofsError("EINVAL", `inode ${nidText(node.nid)} is not a symbolic link`, { nid: node.nid });
  if (node.size > MAX_TARGET) {
    throw new CorruptImage(
      `inode ${nidText(node.nid)}: symlink target of ${node.size} bytes, expected at most ${MAX_TARGET}`,
      {
        nid: node.nid,
      },
    );
  }
  const bytes = new Uint8Array(node.size);
  yield* readInto(image, node, 0, bytes);
  const target = fromBytes(bytes);
  if (target.includes("\0")) {
    throw new CorruptImage(`inode ${nidText(node.nid)}: symlink target contains NUL`, { nid: node.nid });
  }
  return target;
}
