import {
  Algorithm,
  BuildError,
  createSuperblock,
  encodeCompressionConfigs,
  encodeSuperblock,
  FeatureCompat,
  FeatureIncompat,
  FileType,
  SUPERBLOCK_OFFSET,
  superblockChecksum,
  superblockChecksumRange,
} from "@erofs/format";
import type { TreeNode } from "@erofs/tree";
import type { Executor } from "./execute/jobs.ts";
import { type BuildOptions, type Progress, settle, type Settings } from "./options.ts";
import { chooseEpoch, type Epoch, newestTime } from "./plan/epoch.ts";
import { deriveUuid } from "./plan/identity.ts";
import { planInodes } from "./plan/inode-plans.ts";
import { type Inventory, takeInventory } from "./plan/inventory.ts";
import { placeBlocks, placeHead, placeInodes } from "./plan/placement.ts";
import { planXattrs } from "./plan/xattr-plan.ts";
import type { Sink } from "./sink.ts";
import { compressFiles } from "./write/compress-files.ts";
import { type ImagePlan, nidOf } from "./write/inode-body.ts";
import { TailStore } from "./write/tail-store.ts";
import { writeBlocks } from "./write/write-blocks.ts";
import { writeMetadata } from "./write/write-metadata.ts";

export interface BuildSummary {
  /** Inodes of each kind; hard links count once. */
  readonly inodes: number;
  readonly files: number;
  readonly directories: number;
  /** Bytes of all regular files, holes included. */
  readonly inputBytes: number;
  readonly imageBytes: number;
  /** Files that were stored compressed. */
  readonly compressedFiles: number;
  readonly uuid: Uint8Array;
}

/**
 * Builds an image of `root` and writes it to `sink`: compressed data first, then data stored as it is, then
 * metadata, the superblock last. Rejects with an `ErofsError`; the sink is aborted then.
 */
export async function buildImage(
  root: TreeNode,
  sink: Sink,
  options: BuildOptions,
  executor: Executor,
): Promise<BuildSummary> {
  try {
    return await build(root, sink, options, executor);
  } catch (error) {
    sink.abort();
    throw error;
  }
}

async function build(
  root: TreeNode,
  sink: Sink,
  options: BuildOptions,
  executor: Executor,
): Promise<BuildSummary> {
  const settings = settle(options);
  const { blockSize } = settings;
  const inventory = takeInventory(root);
  const { nodes } = inventory;
  const epoch = chooseEpoch(nodes, settings.inodeForm);
  const xattrs = planXattrs(nodes, settings.xattrTolerance);
  const plans = planInodes(inventory, xattrs, epoch, settings);
  const configs = compressionConfigs(settings);
  const head = placeHead(plans, xattrs, configs.length, blockSize);
  const headEnd = Math.ceil(head.end / blockSize) * blockSize;
  const image: ImagePlan = { settings, epoch, inventory, xattrs, plans, head };

  const inputBytes = nodes.reduce((sum, node) => sum + (node.type === FileType.regular ? node.size : 0), 0);
  const report = reporter(options, inputBytes);
  const tails = new TailStore();
  const dataEnd = await compressFiles(
    inventory,
    plans,
    headEnd / blockSize,
    settings,
    tails,
    executor,
    sink,
    report("compress"),
  );
  const metadataStart = dataEnd * blockSize;
  const metadataEnd = placeInodes(inventory, plans, head, metadataStart, blockSize);
  const firstBlock = metadataEnd / blockSize;
  const blockCount = placeBlocks(inventory, plans, firstBlock);

  await writeBlocks(image, firstBlock, tails, executor, sink, report("write"));
  const checked = superblockChecksumRange(blockSize);
  const beginning = await writeMetadata(
    image,
    [
      { start: 0, end: headEnd },
      { start: metadataStart, end: metadataEnd },
    ],
    checked.start + checked.length,
    tails,
    executor,
    sink,
    report("write"),
  );

  const uuid = settings.uuid ?? deriveUuid(inventory, settings);
  const compressedFiles = plans.extentCounts.reduce((count, extents) => count + (extents > 0 ? 1 : 0), 0);
  const superblock = superblockOf(image, { uuid, blockCount, isCompressed: compressedFiles > 0 });
  if (compressedFiles > 0) beginning.set(configs, head.configOffset);
  beginning.set(superblock, SUPERBLOCK_OFFSET);
  const range = beginning.subarray(checked.start, checked.start + checked.length);
  new DataView(beginning.buffer, beginning.byteOffset).setUint32(
    SUPERBLOCK_OFFSET + 4,
    superblockChecksum(range),
    true,
  );
  await sink.write(0, beginning);
  await sink.finish(blockCount * blockSize);
  return {
    inodes: nodes.length,
    files: nodes.reduce((count, { type }) => count + (type === FileType.regular ? 1 : 0), 0),
    directories: inventory.directories.length,
    inputBytes,
    imageBytes: blockCount * blockSize,
    compressedFiles,
    uuid,
  };
}

/** Adds up bytes for `onProgress`, and stops the build where its signal says so. */
function reporter(
  options: BuildOptions,
  totalBytes: number,
): (phase: Progress["phase"]) => (count: number) => void {
  let doneBytes = 0;
  return (phase) => (count) => {
    if (options.signal?.aborted) {
      throw new BuildError("the build was interrupted", { cause: options.signal.reason }, "EINTR");
    }
    doneBytes += count;
    options.onProgress?.({ phase, doneBytes, totalBytes });
  };
}

/** Whether the image needs compression configs: LZ4 in one-block clusters is all that goes without. */
function needsConfigs({ compressions: [first], blockSize }: Settings): boolean {
  return (
    first !== undefined &&
    (first.encoderOptions.maxOutput > blockSize || first.compressor.algorithm !== Algorithm.lz4)
  );
}

function compressionConfigs(settings: Settings): Uint8Array {
  const [first] = settings.compressions;
  if (!first || !needsConfigs(settings)) return new Uint8Array(0);
  return encodeCompressionConfigs(new Map([[first.compressor.algorithm, first.config]]));
}

/** The LZ4 window, which one-block LZ4 images name in the superblock itself. */
const lz4MaxDistance = 65535;

function superblockOf(
  image: ImagePlan,
  state: { uuid: Uint8Array; blockCount: number; isCompressed: boolean },
): Uint8Array {
  const { settings, plans, inventory, xattrs, epoch } = image;
  const configs = needsConfigs(settings);
  let featureIncompat = 0;
  if (state.isCompressed) featureIncompat |= FeatureIncompat.lz4ZeroPadding;
  if (state.isCompressed && configs) featureIncompat |= FeatureIncompat.comprCfgs;
  if (plans.chunks.size > 0) featureIncompat |= FeatureIncompat.chunkedFile;
  let featureCompat = FeatureCompat.superblockChecksum | FeatureCompat.mtime;
  if (xattrs.ofInode.size > 0) featureCompat |= FeatureCompat.xattrFilter;
  return encodeSuperblock(
    createSuperblock({
      blockSizeBits: settings.blockSizeBits,
      featureCompat,
      featureIncompat,
      rootNid: nidOf(plans, 0),
      inodeCount: inventory.nodes.length,
      epoch: epoch.epoch,
      fixedNsec: epoch.fixedNsec,
      blockCount: state.blockCount,
      uuid: state.uuid,
      volumeName: settings.volumeName,
      availableAlgorithms: !state.isCompressed
        ? 0
        : configs
          ? 1 << settings.compressions[0]!.compressor.algorithm
          : lz4MaxDistance,
      buildTime: buildTimeOf(inventory, epoch, settings),
    }),
  );
}

/** Seconds from the epoch to the build time: none where the build time is older, which the field cannot say. */
function buildTimeOf(inventory: Inventory, { epoch }: Epoch, { buildTime }: Settings): number {
  return Math.min(Math.max((buildTime ?? newestTime(inventory.nodes)) - epoch, 0), 0xffffffff);
}
