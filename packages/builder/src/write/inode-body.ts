import {
  chunkEntrySize,
  chunkTableOffset,
  DataLayout,
  encodeChunkTable,
  encodeCompactIndex,
  encodeDevice,
  encodeFullIndex,
  encodeInode,
  encodeMapHeader,
  encodeXattrBody,
  FileType,
  indexAdvise,
  INODE_SLOT_SIZE,
  MapAdvise,
  MAP_HEADER_SIZE,
  mapHeaderOffset,
  METABOX_NID,
  NULL_BLOCK,
  xattrIcount,
} from "@erofs/format";
import { modeOf } from "@erofs/tree";
import type { Settings } from "../options.ts";
import { interlaces } from "../plan/choices.ts";
import type { ChunkPlan } from "../plan/chunks.ts";
import { encodedIndex } from "../plan/encoded-index.ts";
import type { Epoch } from "../plan/epoch.ts";
import { extentsOf } from "../plan/extents-of.ts";
import type { InodePlans } from "../plan/inode-plans.ts";
import type { Inventory } from "../plan/inventory.ts";
import type { Head } from "../plan/placement.ts";
import type { SharedRanges } from "../plan/shared-ranges.ts";
import type { SliceTable } from "../plan/slice-table.ts";
import type { Twins } from "../plan/twins.ts";
import type { XattrPlan } from "../plan/xattr-plan.ts";

/** All that is settled once every inode has its place. */
export interface ImagePlan {
  readonly settings: Settings;
  readonly epoch: Epoch;
  readonly inventory: Inventory;
  readonly xattrs: XattrPlan;
  readonly plans: InodePlans;
  readonly twins: Twins;
  readonly sharedRanges: SharedRanges;
  /** See `Sharing`. */
  readonly fragmentSlices: SliceTable;
  readonly head: Head;
  /** As it stands in the image; filled in when all blocks have their places. */
  readonly deviceTable: Uint8Array;
}

/** The nid of an inode: `meta_blkaddr` is 0, so it counts from the beginning of the image, or of the metabox. */
export function nidOf({ offsets, metaboxCount }: InodePlans, index: number): number {
  return (index < metaboxCount ? METABOX_NID : 0) + offsets[index]! / INODE_SLOT_SIZE;
}

/** Writes an inode, its xattrs and its index at `offset` of `target`, which is zero there. */
export function writeInodeBody(image: ImagePlan, index: number, target: Uint8Array, offset: number): void {
  const { epoch, inventory, plans, settings, head, xattrs } = image;
  const node = inventory.nodes[index]!;
  const layout = plans.layouts[index] as DataLayout;
  const extended = plans.extended[index] === 1;
  const own = xattrs.ofInode.get(index);
  const chunks = plans.chunks.get(index);
  const hasTable = plans.chunkTables?.has(index) === true;
  const isDevice = node.type === FileType.characterDevice || node.type === FileType.blockDevice;
  encodeInode(
    {
      nid: nidOf(plans, index),
      extended,
      layout,
      dotOmitted: settings.dotOmitted && node.type === FileType.directory,
      xattrIcount: own ? xattrIcount(own.size) : 0,
      mode: modeOf(node),
      nlink: inventory.linkCounts[index]!,
      size: plans.sizes[index]!,
      // Empty files have start block 0, by custom; nobody looks at it.
      startBlock: plans.sizes[index] === 0 ? 0 : plans.startBlocks[index]!,
      blockCount: plans.blockCounts[index]!,
      chunkFormat: hasTable ? plans.chunkTables!.formatOf(index) : (chunks?.format ?? 0),
      rdev: isDevice ? encodeDevice(node.major, node.minor) : 0,
      ino: index + 1,
      uid: node.uid,
      gid: node.gid,
      // Compact inodes keep the seconds, which kernels from 6.15 on show.
      mtime: extended ? node.mtime : Math.max(node.mtime, epoch.epoch),
      mtimeNsec: extended ? node.mtimeNsec : epoch.fixedNsec,
    },
    epoch,
    target,
    offset,
  );
  let end = offset + (extended ? 64 : 32);
  if (own) {
    const sharedIds = own.shared.map((id) => head.sharedOffsets[id]! / 4);
    target.set(encodeXattrBody({ filter: own.filter, sharedIds, inline: own.inline }), end);
    end += own.size;
  }
  if (hasTable) {
    plans.chunkTables!.write(index, target, chunkTableOffset(end, plans.chunkTables!.formatOf(index)));
  } else if (chunks) {
    writeChunkTable(chunks, plans.startBlocks[index]!, target, chunkTableOffset(end, chunks.format));
  } else if (layout === DataLayout.compressedCompact || layout === DataLayout.compressedFull) {
    const fileSize = plans.sizes[index]!;
    const { blockSizeBits, blockSize, compressions } = settings;
    const fragmentSize = plans.packed?.sizeOf(index) ?? 0;
    const fragmentOffset = plans.packed?.offsetOf(index) ?? 0;
    const header = mapHeaderOffset(end);
    if (fragmentSize === fileSize) {
      const whole = { wholeFileFragment: true, fragmentOffset, advise: 0, algorithm1: 0 };
      target.set(encodeMapHeader(whole), header);
      return;
    }
    if (plans.recordSizes[index]! > 0) {
      target.set(encodedIndex(plans, index, header - offset, settings, hasInterlaced(image, index)), header);
      return;
    }
    const { compressor, encoderOptions } = compressions[plans.choices[index]!]!;
    // What was cut may have an extent of three blocks, see `RunEnd.whole`.
    const bigPcluster = encoderOptions.maxOutput > blockSize || settings.dedupe;
    const { algorithm } = compressor;
    const plan = { fileSize, blockSizeBits, bigPcluster, algorithm };
    const extents = extentsOf(plans, index);
    const base = header + MAP_HEADER_SIZE;
    const inlineSize = plans.tailSizes[index]!;
    let advise = indexAdvise(layout, plan);
    if (inlineSize > 0) advise |= MapAdvise.inlinePcluster;
    if (fragmentSize > 0) advise |= MapAdvise.fragmentPcluster;
    if (hasInterlaced(image, index)) advise |= MapAdvise.interlacedPcluster;
    target.set(
      encodeMapHeader({
        advise,
        algorithm1: algorithm,
        inlineSize,
        fragmentOffset: fragmentOffset % 2 ** 32,
      }),
      header,
    );
    if (fragmentSize > 0 && layout === DataLayout.compressedFull) {
      extents.push({ ...extents.pop()!, block: Math.floor(fragmentOffset / 2 ** 32) });
    }
    target.set(
      layout === DataLayout.compressedCompact
        ? encodeCompactIndex(extents, plan, base % 32)
        : encodeFullIndex(extents, plan),
      base,
    );
  }
}

/** Whether the plain blocks of a compressed inode are interlaced: those of files are, not those of what the builder makes. */
function hasInterlaced({ inventory, settings }: ImagePlan, index: number): boolean {
  if (index === inventory.packed || index === inventory.metabox) return false;
  return interlaces(settings) && inventory.nodes[index]!.type === FileType.regular;
}

/** Tables are encoded in parts of this many chunks: a sparse file of 20 GiB can have millions. */
const chunksAtOnce = 4096;

function writeChunkTable(plan: ChunkPlan, startBlock: number, target: Uint8Array, offset: number): void {
  const { format } = plan;
  for (let first = 0; first < plan.blocks.length; first += chunksAtOnce) {
    const chunks = Array.from(plan.blocks.subarray(first, first + chunksAtOnce), (block) => ({
      device: 0,
      block: block === NULL_BLOCK ? NULL_BLOCK : startBlock + block,
    }));
    target.set(encodeChunkTable(chunks, format), offset + first * chunkEntrySize(format));
  }
}
