import {
  Algorithm,
  BuildError,
  encodedExtentsSize,
  encodeExtents,
  type ExtentEncoding,
  extentEncodingOf,
  type ExtentToEncode,
  LclusterType,
  mapHeaderOffset,
  NULL_BLOCK,
} from "@erofs/format";
import type { Settings } from "../options.ts";
import { extentsOf } from "./extents-of.ts";
import type { InodePlans } from "./inode-plans.ts";

/** The extents of a compressed file as encoded ones, and the shortest records for them. */
function encodingOf(
  plans: InodePlans,
  index: number,
  { blockSize, blockSizeBits, compressions }: Settings,
): { extents: ExtentToEncode[]; encoding: ExtentEncoding; hasFragment: boolean } {
  const { algorithm } = compressions[plans.choices[index]!]!.compressor;
  const hasFragment = (plans.packed?.sizeOf(index) ?? 0) > 0;
  const stored = extentsOf(plans, index);
  const extents = stored.map(({ logical, block, blocks, type }, i): ExtentToEncode => {
    if (hasFragment && i + 1 === stored.length) {
      return { logical, physical: plans.packed!.offsetOf(index), stored: 0, algorithm: undefined };
    }
    return {
      logical,
      physical: block * blockSize,
      stored: blocks * blockSize,
      algorithm: type === LclusterType.plain ? undefined : algorithm,
    };
  });
  const encoding = extentEncodingOf(extents, plans.sizes[index]!, blockSizeBits, hasFragment);
  return { extents, encoding, hasFragment };
}

/**
 * What encoded extents would make of a compressed file's index, `baseSize` bytes behind its inode's beginning; undefined
 * where they cannot tell it. Block numbers above 32 bits want them.
 */
export function planEncodedIndex(
  plans: InodePlans,
  index: number,
  baseSize: number,
  settings: Settings,
): { readonly recordSize: number; readonly bodySize: number; readonly isNeeded: boolean } | undefined {
  const isNeeded = plans.startBlocks[index]! + plans.blockCounts[index]! > NULL_BLOCK;
  if (!isNeeded && !settings.placement.bit48) return undefined;
  const { algorithm } = settings.compressions[plans.choices[index]!]!.compressor;
  // There is neither a place for an inline cluster nor a number for a private algorithm.
  if (plans.tailSizes[index]! > 0 || algorithm > Algorithm.zstd) {
    if (!isNeeded) return undefined;
    throw new BuildError("compressed data beyond block 4294967295 of an index without room", {}, "EFBIG");
  }
  const { recordSize } = encodingOf(plans, index, settings).encoding;
  const header = mapHeaderOffset(baseSize);
  const bodySize = header + encodedExtentsSize(recordSize, plans.extentCounts[index]!, header);
  return { recordSize, bodySize, isNeeded };
}

/** Map header and table of a file for which `plans.recordSizes` is not 0. @param header where they go, from its inode */
export function encodedIndex(
  plans: InodePlans,
  index: number,
  header: number,
  settings: Settings,
  interlaced: boolean,
): Uint8Array {
  const { extents, encoding, hasFragment } = encodingOf(plans, index, settings);
  return encodeExtents(extents, encoding, header, { hasFragment, interlaced });
}
