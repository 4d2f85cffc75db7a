import { FileType, toText } from "@erofs/format";
import type { TreeNode } from "@erofs/tree";
import { Choice, RunEnd } from "../execute/jobs.ts";
import { checkIndex, type Settings } from "../options.ts";
import type { Inventory } from "./inventory.ts";
import { paths } from "./paths.ts";

/** Files that go behind their inodes are larger: what compresses at all does not make good for an index below it. */
const smallestTail = 64;

/** Whether a node has what compression could save a block of, or with tail packing or fragments at least some bytes. */
export function canShrink({ type, size }: TreeNode, settings: Settings): boolean {
  return (
    type === FileType.regular &&
    size > (fileEnd(settings) === RunEnd.blocks ? settings.blockSize : smallestTail)
  );
}

/** What becomes of the last cluster of a file. */
export function fileEnd({ fragments, tailPacking }: Settings): RunEnd {
  return fragments ? RunEnd.fragment : tailPacking ? RunEnd.inline : RunEnd.blocks;
}

/**
 * Whether plain blocks of files have each byte where it stands in a block of the file, so that Linux shifts none: as
 * mkfs.erofs has it, in images with fragments, which nothing reads that does not know both (6.1). What files share must begin
 * anywhere. With encoded extents, Linux up to 6.18.15 took others for such ones (CVE-2026-43166).
 */
export function interlaces({ fragments, dedupe, placement }: Settings): boolean {
  return fragments !== undefined && !dedupe && !placement.bit48;
}

/** What is asked for each inode: the index of a compression or a `Choice`, which is `none` where nothing can shrink. */
export function planChoices(inventory: Inventory, settings: Settings): Uint8Array {
  const { compressions, compressionOf, auto } = settings;
  const choices = new Uint8Array(inventory.nodes.length).fill(Choice.none);
  if (compressions.length === 0) return choices;
  const usual = auto ? Choice.auto : 0;
  if (!compressionOf) {
    for (const [index, node] of inventory.nodes.entries())
      if (canShrink(node, settings)) choices[index] = usual;
    return choices;
  }
  for (const { index, path } of paths(inventory)) {
    const node = inventory.nodes[index]!;
    if (!canShrink(node, settings)) continue;
    const answer = compressionOf(path, node.size);
    if (answer === "none") continue;
    if (answer !== undefined) checkIndex(`compression of ${toText(path)}`, answer, compressions.length);
    choices[index] = answer ?? usual;
  }
  return choices;
}
