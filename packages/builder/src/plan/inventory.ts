import { BuildError, type ByteString, FileType, toText } from "@erofs/format";
import { createNode, type TreeNode } from "@erofs/tree";
import type { Epoch } from "./epoch.ts";

/**
 * The tree as numbered inodes, root first: all entries of a directory together, then its subdirectories one
 * after another with theirs. Inodes and data are laid out in this order, so neighbours in the tree are
 * neighbours in the image.
 *
 * Columns rather than an object an inode: a million files must fit well below 1 GiB.
 */
export interface Inventory {
  /** By inode index. */
  readonly nodes: readonly TreeNode[];
  /** By inode index. */
  readonly linkCounts: Uint32Array;
  /** The directories, in order. */
  readonly directories: readonly Directory[];
  /** Inode index of the packed inode, which is in no directory; undefined where there is none. */
  readonly packed?: number;
  /** The same of the metabox inode. */
  readonly metabox?: number;
}

export interface Directory {
  readonly index: number;
  /** Inode index of the parent; the root's is its own. */
  readonly parent: number;
  /** Inode index of each entry. */
  readonly children: Uint32Array;
  /** Inode index of the first entry that is counted here; those first seen here are consecutive. */
  readonly firstNew: number;
  readonly newCount: number;
}

/** Numbers the tree's inodes. Throws `BuildError` EINVAL for a tree that no directory could hold. */
export function takeInventory(root: TreeNode): Inventory {
  if (root.type !== FileType.directory)
    throw new BuildError("the root of a tree must be a directory", {}, "ENOTDIR");
  const nodes: TreeNode[] = [root];
  const indexOf = new Map<TreeNode, number>([[root, 0]]);
  const links: number[] = [2];
  const directories: Directory[] = [];
  const pending: { index: number; parent: number }[] = [{ index: 0, parent: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { index, parent } = next;
    const entries = nodes[index]!.entries ?? [];
    const children = new Uint32Array(entries.length);
    const firstNew = nodes.length;
    const subdirectories: { index: number; parent: number }[] = [];
    let previous: ByteString | undefined;
    for (let i = 0; i < entries.length; i++) {
      const { name, node } = entries[i]!;
      checkName(name, previous);
      previous = name;
      let child = indexOf.get(node);
      if (child === undefined) {
        child = nodes.length;
        checkContent(name, node);
        nodes.push(node);
        indexOf.set(node, child);
        links.push(node.type === FileType.directory ? 2 : 1);
        if (node.type === FileType.directory) {
          subdirectories.push({ index: child, parent: index });
          links[index]!++;
        }
      } else if (node.type === FileType.directory) {
        throw new BuildError(`directory "${toText(name)}" stands in the tree twice`, {}, "ELOOP");
      } else {
        links[child]!++;
      }
      children[i] = child;
    }
    directories.push({ index, parent, children, firstNew, newCount: nodes.length - firstNew });
    for (let i = subdirectories.length - 1; i >= 0; i--) pending.push(subdirectories[i]!);
  }
  return { nodes, linkCounts: Uint32Array.from(links), directories };
}

/** The inventory with a hidden inode behind all others. Its content is made of theirs. */
export function withHiddenInode(
  inventory: Inventory,
  name: "packed" | "metabox",
  { epoch, fixedNsec }: Epoch,
): Inventory {
  const node = createNode(FileType.regular, 0o600);
  // Nobody sees it, so that it may have whichever time is short.
  node.mtime = epoch;
  node.mtimeNsec = fixedNsec;
  const count = inventory.nodes.length;
  const linkCounts = new Uint32Array(count + 1).fill(1);
  linkCounts.set(inventory.linkCounts);
  return { ...inventory, nodes: [...inventory.nodes, node], linkCounts, [name]: count };
}

/** What a node lacks would otherwise be made up: of zeros, or of whatever stands in a buffer. */
function checkContent(name: ByteString, { type, size, content, target }: TreeNode): void {
  if (type === FileType.symlink && target === undefined) {
    throw new BuildError(`symlink "${toText(name)}" has no target`);
  }
  if (type !== FileType.regular) return;
  const found = content === undefined ? 0 : content.kind === "memory" ? content.bytes.length : size;
  if (!Number.isSafeInteger(size) || size < 0 || found !== size) {
    throw new BuildError(`file "${toText(name)}" of size ${size} has ${found} bytes of content`);
  }
}

function checkName(name: ByteString, previous: ByteString | undefined): void {
  if (
    name.length === 0 ||
    name.length > 255 ||
    name === "." ||
    name === ".." ||
    /[/\0\u0100-\uffff]/.test(name)
  ) {
    throw new BuildError(`"${toText(name)}" (${name.length} bytes) cannot be a file name`);
  }
  if (previous !== undefined && previous >= name) {
    throw new BuildError(`entries "${toText(previous)}" and "${toText(name)}" are not in byte order`);
  }
}
