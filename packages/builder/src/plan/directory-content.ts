import { type ByteString, directorySize, encodeDirectory, FileType } from "@erofs/format";
import type { TreeEntry } from "@erofs/tree";
import type { Settings } from "../options.ts";
import type { Directory, Inventory } from "./inventory.ts";

/** Where in the sorted sequence of `entries` a name belongs: the number of entries below it. */
function position(entries: readonly TreeEntry[], name: ByteString): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.name < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The names of a directory's content in order, ".." and unless omitted "." among them: names below them exist. */
function* namesOf(entries: readonly TreeEntry[], dotOmitted: boolean): Generator<ByteString> {
  const dot = dotOmitted ? -1 : position(entries, ".");
  const dotDot = position(entries, "..");
  for (let i = 0; i <= entries.length; i++) {
    if (i === dot) yield ".";
    if (i === dotDot) yield "..";
    if (i < entries.length) yield entries[i]!.name;
  }
}

/** Bytes of a directory's content (`i_size`), which do not depend on any node's place. */
export function directoryContentSize(
  entries: readonly TreeEntry[],
  { blockSize, dotOmitted }: Pick<Settings, "blockSize" | "dotOmitted">,
): number {
  return directorySize(namesOf(entries, dotOmitted), blockSize);
}

/** A directory's content, once every inode has its nid. */
export function directoryContent(
  inventory: Inventory,
  directory: Directory,
  nidOf: (index: number) => number,
  { blockSize, dotOmitted }: Pick<Settings, "blockSize" | "dotOmitted">,
): Uint8Array {
  const entries = inventory.nodes[directory.index]!.entries ?? [];
  const dirents: { name: ByteString; nid: number; type: FileType }[] = [];
  const dot = dotOmitted ? -1 : position(entries, ".");
  const dotDot = position(entries, "..");
  for (let i = 0; i <= entries.length; i++) {
    if (i === dot) dirents.push({ name: ".", nid: nidOf(directory.index), type: FileType.directory });
    if (i === dotDot) dirents.push({ name: "..", nid: nidOf(directory.parent), type: FileType.directory });
    if (i === entries.length) break;
    const { name, node } = entries[i]!;
    dirents.push({ name, nid: nidOf(directory.children[i]!), type: node.type });
  }
  return encodeDirectory(dirents, blockSize);
}
