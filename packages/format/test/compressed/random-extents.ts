import * as fc from "fast-check";
import { type CompressedExtent, type IndexPlan, LclusterType } from "../../src/index.ts";

export interface Sample {
  readonly plan: IndexPlan;
  readonly extents: CompressedExtent[];
}

/**
 * Files whose extents an index can hold: any start in each head's lcluster, all types, lengths that exceed packs
 * and now and then the greatest distance, adjacent blocks.
 * @param partial whether extents may be partial and in any order on disk, which a full index can tell
 */
export function samples(blockSizeBits: number, bigPcluster: boolean, partial: boolean): fc.Arbitrary<Sample> {
  const blockSize = 2 ** blockSizeBits;
  const piece = fc.record({
    lclusters: fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 1, max: 5 }) },
      { weight: 4, arbitrary: fc.integer({ min: 6, max: 40 }) },
      { weight: 1, arbitrary: fc.integer({ min: 2040, max: 4200 }) },
    ),
    start: fc.oneof(fc.constant(0), fc.nat(blockSize - 1)),
    blocks: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 256 })),
    type: fc.constantFrom(LclusterType.head1, LclusterType.head1, LclusterType.plain, LclusterType.head2),
    partial: fc.boolean(),
    gap: fc.oneof(fc.constant(0), fc.nat(1000)),
  });
  const files = fc.record({
    pieces: fc.array(piece, { minLength: 1, maxLength: 25 }),
    firstBlock: fc.nat(2 ** 31),
    // How far the last lcluster is filled.
    end: fc.oneof(fc.constant(0), fc.nat(blockSize - 1)),
  });
  return files.map(({ pieces, firstBlock, end }) => {
    const heads: number[] = [];
    let lcn = 0;
    for (const { lclusters } of pieces) {
      heads.push(lcn);
      lcn += lclusters;
    }
    const lastStart = heads.at(-1)! * blockSize + (heads.length > 1 ? pieces.at(-1)!.start : 0);
    // The file ends in the last piece's last lcluster, behind the start of its extent.
    const fileSize = Math.max(lcn * blockSize - end, lastStart + 1);
    const extents: CompressedExtent[] = [];
    let block = firstBlock;
    for (const [i, { start, blocks: wanted, type, partial: cut, gap }] of pieces.entries()) {
      const next = heads[i + 1] ?? Math.max(Math.floor(fileSize / blockSize), heads[i]! + 1);
      const blocks = bigPcluster && next > heads[i]! + 1 ? wanted : 1;
      if (partial) block += gap;
      const logical = heads[i]! * blockSize + (i === 0 ? 0 : start);
      extents.push(
        partial && cut ? { logical, block, blocks, type, partial: true } : { logical, block, blocks, type },
      );
      block += blocks;
    }
    return { plan: { fileSize, blockSizeBits, bigPcluster, algorithm: 0 }, extents };
  });
}
