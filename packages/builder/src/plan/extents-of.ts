import { type CompressedExtent, LclusterType } from "@erofs/format";
import type { InodePlans } from "./inode-plans.ts";

/** The extents of a compressed file; of a fragment, the block has no meaning. */
export function extentsOf(plans: InodePlans, index: number): CompressedExtent[] {
  const extents: CompressedExtent[] = [];
  let logical = 0;
  let block = plans.startBlocks[index]!;
  const first = plans.firstExtents[index]!;
  for (let position = first; position < first + plans.extentCounts[index]!; position++) {
    const blocks = plans.extents.blocks(position);
    block = plans.extents.jumpAt(position) ?? block;
    extents.push({
      logical,
      block,
      blocks,
      type: plans.extents.isCompressed(position) ? LclusterType.head1 : LclusterType.plain,
    });
    logical += plans.extents.logicalSize(position);
    block += blocks;
  }
  return extents;
}
