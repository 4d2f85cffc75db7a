import {
  chunkEntrySize,
  ChunkFormat,
  chunkTableOffset,
  DataLayout,
  FileType,
  NULL_BLOCK,
} from "@erofs/format";
import type { ChunkEntries, ChunkSettings } from "../chunk-options.ts";
import { Choice } from "../execute/jobs.ts";
import type { Settings } from "../options.ts";
import { planChoices } from "./choices.ts";
import { ChunkTables } from "./chunk-tables.ts";
import { type ChunkPlan, isMostlyHoles, planChunks } from "./chunks.ts";
import { dataOrder } from "./data-order.ts";
import { planCompressedDirectory } from "./compressed-directories.ts";
import { directoryContentSize } from "./directory-content.ts";
import { type Epoch, isCompactTime } from "./epoch.ts";
import { ExtentArena } from "./extent-arena.ts";
import { type InodePlans, mayBeInline, planFlat } from "./inode-plans.ts";
import type { Inventory } from "./inventory.ts";
import { PackedContent } from "./packed-content.ts";
import type { XattrPlan } from "./xattr-plan.ts";

/** Settles the form of every inode and the layout of all that are not to be compressed. */
export function planInodes(
  inventory: Inventory,
  xattrs: XattrPlan,
  epoch: Epoch,
  settings: Settings,
): InodePlans {
  const { nodes, linkCounts } = inventory;
  const count = nodes.length;
  const chunks = new Map<number, ChunkPlan>();
  const chunkFiles: number[] = [];
  const candidates: number[] = [];
  const wholeFragments: number[] = [];
  const plans: InodePlans = {
    extended: new Uint8Array(count),
    layouts: new Uint8Array(count),
    order: dataOrder(inventory, settings.dataOrder),
    sizes: new Float64Array(count),
    bodySizes: new Float64Array(count),
    tailSizes: new Uint32Array(count),
    startBlocks: new Float64Array(count).fill(NULL_BLOCK),
    blockCounts: new Float64Array(count),
    metaboxCount: inventory.metabox === undefined ? 0 : (inventory.packed ?? inventory.metabox),
    offsets: new Float64Array(count),
    firstExtents: new Uint32Array(count),
    extentCounts: new Uint32Array(count),
    extents: new ExtentArena(),
    recordSizes: new Uint8Array(count),
    scattered: new Set(),
    chunks,
    chunkFiles,
    chunkTables: settings.chunks && new ChunkTables(count),
    packed: settings.packed ? new PackedContent(count) : undefined,
    wholeFragments,
    candidates,
    choices: planChoices(inventory, settings),
  };
  for (const index of plans.order) {
    const node = nodes[index]!;
    const size =
      node.type === FileType.regular
        ? node.size
        : node.type === FileType.directory
          ? directoryContentSize(node.entries ?? [], settings)
          : (node.target?.length ?? 0);
    const extended =
      settings.inodeForm === "extended" ||
      (settings.inodeForm === "auto" &&
        (size > 0xffffffff ||
          node.uid > 0xffff ||
          node.gid > 0xffff ||
          linkCounts[index]! > 0xffff ||
          !isCompactTime(node, epoch, settings.placement.bit48)));
    plans.extended[index] = extended ? 1 : 0;
    plans.sizes[index] = size;
    plans.bodySizes[index] = (extended ? 64 : 32) + (xattrs.ofInode.get(index)?.size ?? 0);
    const ranges = node.content?.kind === "file" ? node.content.ranges : undefined;
    const mostlyHoles = isMostlyHoles(size, ranges);
    const stored = mostlyHoles || plans.choices[index] === Choice.none;
    if (settings.chunks && stored && node.type === FileType.regular && size > 0) {
      chunkFiles.push(index);
      plans.layouts[index] = DataLayout.chunkBased;
    } else if (mostlyHoles) {
      const format = settings.chunkEntries === "indexes" ? ChunkFormat.indexes : 0;
      const plan = planChunks(size, ranges!, settings.blockSizeBits, format);
      chunks.set(index, plan);
      plans.layouts[index] = DataLayout.chunkBased;
      plans.bodySizes[index] =
        chunkTableOffset(plans.bodySizes[index]!, plan.format) +
        chunkEntrySize(plan.format) * plan.blocks.length;
      plans.blockCounts[index] = plan.blockCount;
    } else if (plans.choices[index] !== Choice.none) {
      if (isWholeFragment(size, plans.choices[index]!, settings)) wholeFragments.push(index);
      else candidates.push(index);
    } else if (node.type === FileType.directory && settings.compressDirectories) {
      planCompressedDirectory(plans, index, settings);
    } else {
      planFlat(
        plans,
        index,
        node.type !== FileType.regular || mayBeInline(size, settings),
        settings.blockSize,
      );
    }
  }
  const { chunks: asked } = settings;
  if (asked) {
    const counts = chunkFiles.map((index) => Math.ceil(plans.sizes[index]! / asked.size));
    plans.chunkTables!.open(chunkFiles, counts, chunkFormat(asked, settings.chunkEntries));
  }
  return plans;
}

/** The chunk format of all files that are made of chunks, as far as it is known before their content. */
function chunkFormat({ blockBits, blob, dictionary }: ChunkSettings, entries: ChunkEntries): number {
  const hasIndexes = entries === "indexes" || blob !== undefined || dictionary !== undefined;
  return blockBits | (hasIndexes ? ChunkFormat.indexes : 0);
}

/** Whether a file goes to the packed inode as a whole: with a cluster of its own it would waste most of it. */
function isWholeFragment(size: number, choice: number, { fragments, compressions, auto }: Settings): boolean {
  if (!fragments) return false;
  const used = choice === Choice.auto ? auto!.candidates : [choice];
  return fragments.all || used.every((index) => size <= compressions[index]!.encoderOptions.maxOutput);
}
