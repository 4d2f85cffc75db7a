import type { FileStat } from "@erofs/linux";
import type { TreeNode } from "@erofs/tree";

/** The nodes of files with several names, found again by device and inode. */
export class HardLinks {
  readonly #nodes = new Map<string, { readonly node: TreeNode; missing: number }>();

  /** The node that was added for this inode under another name. */
  find(stat: FileStat): TreeNode | undefined {
    const key = keyOf(stat);
    const found = this.#nodes.get(key);
    // Once all names are found the entry goes, so that a large tree of pairs of links stays small here.
    if (found !== undefined && --found.missing === 0) this.#nodes.delete(key);
    return found?.node;
  }

  /** Remembers a node until all of its names are found. */
  add(stat: FileStat, node: TreeNode): void {
    this.#nodes.set(keyOf(stat), { node, missing: stat.nlink - 1 });
  }
}

function keyOf(stat: FileStat): string {
  return `${stat.deviceMajor}:${stat.deviceMinor}:${stat.inoHigh}:${stat.inoLow}`;
}
