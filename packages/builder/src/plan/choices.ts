import { FileType, toText } from "@erofs/format";
import type { TreeNode } from "@erofs/tree";
import { Choice } from "../execute/jobs.ts";
import { checkIndex, type Settings } from "../options.ts";
import type { Inventory } from "./inventory.ts";
import { paths } from "./paths.ts";

/** Whether a node has what compression could save a block of. */
export function canShrink({ type, size }: TreeNode, blockSize: number): boolean {
  return type === FileType.regular && size > blockSize;
}

/** What is asked for each inode: the index of a compression or a `Choice`, which is `none` where nothing can shrink. */
export function planChoices(inventory: Inventory, settings: Settings): Uint8Array {
  const { compressions, compressionOf, auto, blockSize } = settings;
  const choices = new Uint8Array(inventory.nodes.length).fill(Choice.none);
  if (compressions.length === 0) return choices;
  const usual = auto ? Choice.auto : 0;
  if (!compressionOf) {
    for (const [index, node] of inventory.nodes.entries())
      if (canShrink(node, blockSize)) choices[index] = usual;
    return choices;
  }
  for (const { index, path } of paths(inventory)) {
    const node = inventory.nodes[index]!;
    if (!canShrink(node, blockSize)) continue;
    const answer = compressionOf(path, node.size);
    if (answer === "none") continue;
    if (answer !== undefined) checkIndex(`compression of ${toText(path)}`, answer, compressions.length);
    choices[index] = answer ?? usual;
  }
  return choices;
}
