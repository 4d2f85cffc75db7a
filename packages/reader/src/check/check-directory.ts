import {
  type ByteString,
  decodeDirectoryBlock,
  type Dirent,
  FileType,
  type Inode,
  nidText,
  toText,
} from "@erofs/format";
import { directoryBlock } from "../directory.ts";
import type { ImageState } from "../image-state.ts";
import type { Reading } from "../reading.ts";
import type { FaultList } from "./report.ts";

/** A directory with more damaged blocks than this is not looked at any further. */
const MAX_DAMAGED_BLOCKS = 16;

/** A directory to check, and how it was reached. */
export interface DirectoryVisit {
  readonly node: Inode;
  readonly path: ByteString;
  readonly parentNid: number;
}

/**
 * Reads a directory block by block, checks "." and "..", and gives the other entries. Blocks are checked in
 * themselves and against the name before them.
 */
export function* checkDirectory(
  image: ImageState,
  faults: FaultList,
  visit: DirectoryVisit,
): Reading<Dirent[]> {
  const { node, path, parentNid } = visit;
  const { nid } = node;
  const entries: Dirent[] = [];
  const dots: Dirent[] = [];
  let previous: ByteString | undefined;
  let damaged = 0;
  const blocks = Math.ceil(node.size / image.blockSize);
  for (let index = 0; index < blocks && damaged < MAX_DAMAGED_BLOCKS; index++) {
    const offset = index * image.blockSize;
    try {
      const block = yield* directoryBlock(image, node, index);
      const decoded = decodeDirectoryBlock(
        block,
        previous === undefined ? { nid, offset } : { nid, offset, previous },
      );
      for (const entry of decoded) (entry.name === "." || entry.name === ".." ? dots : entries).push(entry);
      previous = decoded.at(-1)?.name;
    } catch (error) {
      faults.addError("directory", path, nid, error);
      damaged++;
    }
  }
  if (damaged === 0) checkDots(faults, visit, dots, parentNid);
  return entries;
}

function checkDots(
  faults: FaultList,
  visit: DirectoryVisit,
  dots: readonly Dirent[],
  parentNid: number,
): void {
  const { node, path } = visit;
  const { nid } = node;
  for (const [name, expected] of [
    [".", nid],
    ["..", parentNid],
  ] as const) {
    const dot = dots.find((entry) => entry.name === name);
    const omitted = name === "." && node.dotOmitted;
    if (dot === undefined) {
      if (!omitted) faults.add("dot", path, nid, `the directory has no entry "${name}"`);
    } else if (omitted) {
      faults.add("dot", path, nid, 'the directory stores the entry "." that it claims to omit');
    } else if (dot.nid !== expected) {
      faults.add(
        "dot",
        path,
        nid,
        `"${name}" leads to inode ${nidText(dot.nid)}, expected ${nidText(expected)}`,
      );
    }
    if (dot !== undefined && dot.type !== FileType.directory) {
      faults.add(
        "file-type",
        path,
        nid,
        `"${name}" has the type ${dot.type}, expected ${FileType.directory}`,
      );
    }
  }
}

/** Checks an entry's type against its inode's. */
export function checkEntryType(
  faults: FaultList,
  path: ByteString,
  entry: Dirent,
  type: FileType | undefined,
): void {
  if (entry.type === type) return;
  faults.add(
    "file-type",
    path,
    entry.nid,
    `entry "${toText(entry.name)}" has the type ${entry.type}, its inode ${type}`,
  );
}
