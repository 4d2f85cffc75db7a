import {
  alignUp,
  BuildError,
  createSuperblock,
  DEVICE_SLOT_SIZE,
  type DeviceSlot,
  encodeCompressionConfigs,
  encodeDeviceTable,
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
import { isPrivate, type SettledCompression } from "./compression.ts";
import { type CompressionRecords, compressionRecords } from "./plan/compression-configs.ts";
import { chooseEpoch, type Epoch, newestTime } from "./plan/epoch.ts";
import { planMetaboxInode } from "./plan/compressed-plans.ts";
import { deriveUuid } from "./plan/identity.ts";
import { filesWithContent, InodeDigests } from "./plan/inode-digests.ts";
import type { InodePlans } from "./plan/inode-plans.ts";
import { planInodes } from "./plan/plan-inodes.ts";
import { type Inventory, takeInventory, withHiddenInode } from "./plan/inventory.ts";
import { placeBlocks } from "./plan/place-blocks.ts";
import {
  placeHead,
  placeHiddenInodes,
  placeInMetabox,
  placeInodes,
  placeMetaboxHead,
} from "./plan/placement.ts";
import { copyPlans, findTwins, possibleTwins } from "./plan/twins.ts";
import { planXattrs } from "./plan/xattr-plan.ts";
import type { Sink } from "./sink.ts";
import { compressDirectories, reservePackedInode } from "./write/compress-directories.ts";
import { compressFiles } from "./write/compress-files.ts";
import { MetaboxWriter } from "./write/compress-metabox.ts";
import { deviceSlots, mostDevices } from "./write/device-slots.ts";
import { digestFiles } from "./write/digest-files.ts";
import { directoryContents } from "./write/directory-contents.ts";
import type { HeadStart } from "./write/head-start.ts";
import { type ImagePlan, nidOf } from "./write/inode-body.ts";
import { shareRanges } from "./write/share-ranges.ts";
import { TailStore } from "./write/tail-store.ts";
import { writeBlocks } from "./write/write-blocks.ts";
import { writeChunks } from "./write/write-chunks.ts";
import { makeMetabox, writeDirectoryBlocks, writeMetadata } from "./write/write-metadata.ts";

export interface BuildSummary {
  /** Inodes of each kind; hard links count once. */
  readonly inodes: number;
  readonly files: number;
  readonly directories: number;
  /** Bytes of all regular files, holes included. */
  readonly inputBytes: number;
  readonly imageBytes: number;
  /** Bytes of the blob that the chunks went to. */
  readonly blobBytes: number;
  /** Files that were stored compressed. */
  readonly compressedFiles: number;
  readonly uuid: Uint8Array;
}

/**
 * Builds an image of `root` and writes it to `sink`: compressed data first, then data stored as it is, then
 * metadata, the superblock last. Rejects with an `ErofsError`; the sink is aborted then, and that of a blob. With a `headStart` of the same
 * options and executor, some is done already.
 */
export async function buildImage(
  root: TreeNode,
  sink: Sink,
  options: BuildOptions,
  executor: Executor,
  headStart?: HeadStart,
): Promise<BuildSummary> {
  try {
    return await build(root, sink, options, executor, headStart);
  } catch (error) {
    sink.abort();
    options.chunks?.blob?.abort();
    throw error;
  }
}

async function build(
  root: TreeNode,
  sink: Sink,
  options: BuildOptions,
  executor: Executor,
  headStart: HeadStart | undefined,
): Promise<BuildSummary> {
  const settings = settle(options);
  const { blockSize } = settings;
  const tree = takeInventory(root);
  const { nodes } = tree;
  const epoch = chooseEpoch(nodes, settings.inodeForm, settings.placement.bit48);
  const inventory = withHiddenInodes(tree, settings, epoch);
  const inputBytes = nodes.reduce((sum, node) => sum + (node.type === FileType.regular ? node.size : 0), 0);
  const report = reporter(options, inputBytes);
  const inodeDigests = settings.xattrs.digest && (await digestInodes(inventory, executor, report("compare")));
  const xattrs = planXattrs(inventory, settings, inodeDigests);
  const plans = planInodes(inventory, xattrs, epoch, settings);
  // There is room for the records of all compressions; which ones are used is known when the data are compressed.
  const allRecords = compressionRecords(settings.compressions, settings);
  const configSize = encodeCompressionConfigs(allRecords.configs).length;
  const deviceCount = mostDevices(settings.chunks);
  const deviceTable = new Uint8Array(deviceCount * DEVICE_SLOT_SIZE);
  const head = settings.metabox
    ? placeMetaboxHead(xattrs, configSize, deviceCount, settings.xattrs.plainPrefixes)
    : placeHead(plans, xattrs, configSize, deviceCount, blockSize);
  const headEnd = Math.ceil(head.end / blockSize) * blockSize;

  const tails = new TailStore();
  const possible = possibleTwins(inventory, plans, settings);
  const digests =
    inodeDigests?.pick(possible) ?? (await digestFiles(inventory, possible, executor, report("compare")));
  const twins = findTwins(possible, digests, plans);
  const sharing = await shareRanges(inventory, plans, twins, settings, executor, report("compare"));
  const image: ImagePlan = {
    settings,
    epoch,
    inventory,
    xattrs,
    plans,
    twins,
    ...sharing,
    head,
    deviceTable,
  };
  const chunks = await writeChunks(image, headEnd / blockSize, executor, sink, report("write"));
  const dataEnd = await compressFiles(
    image,
    chunks.imageEnd,
    headStart,
    tails,
    executor,
    sink,
    report("compress"),
  );
  copyPlans(plans, twins);
  reservePackedInode(image);
  const metadataStart = dataEnd * blockSize;
  let metaboxSize = 0;
  let metadataEnd: number;
  if (settings.metabox) {
    const hasPrefixes = !settings.xattrs.plainPrefixes;
    const start = hasPrefixes ? head.prefixOffset + xattrs.prefixTable.length : head.sharedEnd;
    metaboxSize = placeInMetabox(inventory, plans, start, blockSize);
    planMetaboxInode(plans, inventory.metabox!, metaboxSize, settings);
    metadataEnd = placeHiddenInodes(inventory, plans, head, metadataStart, blockSize);
  } else {
    metadataEnd = placeInodes(inventory, plans, head, metadataStart, blockSize);
  }
  const contentOf = directoryContents(image);
  const firstBlock = await compressDirectories(
    image,
    contentOf,
    metadataEnd / blockSize,
    executor,
    sink,
    report("compress"),
  );
  let end = placeBlocks(inventory, plans, twins, settings, firstBlock);

  await writeBlocks(image, firstBlock, tails, executor, sink, report("write"));
  const directoryTails = await writeDirectoryBlocks(image, firstBlock, contentOf, sink);
  const sources = { contentOf, directoryTails, tails };
  if (settings.metabox) {
    const writer = new MetaboxWriter(image, end, executor, sink);
    const take = (bytes: Uint8Array) => writer.take(bytes);
    await makeMetabox(image, metaboxSize, sources, executor, take, report("write"));
    end = await writer.finish();
  }
  const blockCount = alignUp(end, settings.placement.imageBlocks);
  const slots = await deviceSlots(settings.chunks, chunks, blockCount, executor);
  deviceTable.set(encodeDeviceTable(slots, false));
  const checked = superblockChecksumRange(blockSize);
  const beginning = await writeMetadata(
    image,
    [
      { start: 0, end: headEnd },
      { start: metadataStart, end: metadataEnd },
    ],
    checked.start + checked.length,
    sources,
    executor,
    sink,
    report("write"),
  );

  const uuid = settings.uuid ?? deriveUuid(inventory, settings, plans.choices);
  const records = compressionRecords(usedCompressions(image), settings);
  beginning.set(encodeCompressionConfigs(records.configs), head.configOffset);
  const superblock = superblockOf(image, { uuid, blockCount, records, slots });
  beginning.set(superblock, SUPERBLOCK_OFFSET);
  const range = beginning.subarray(checked.start, checked.start + checked.length);
  new DataView(beginning.buffer, beginning.byteOffset).setUint32(
    SUPERBLOCK_OFFSET + 4,
    superblockChecksum(range),
    true,
  );
  await sink.write(0, beginning);
  const blobBytes = chunks.blobBlocks * blockSize;
  await settings.chunks?.blob?.finish(blobBytes);
  await sink.finish(blockCount * blockSize);
  return {
    inodes: nodes.length,
    files: nodes.reduce((count, { type }) => count + (type === FileType.regular ? 1 : 0), 0),
    directories: inventory.directories.length,
    inputBytes,
    imageBytes: blockCount * blockSize,
    blobBytes,
    compressedFiles: nodes.reduce(
      (count, { type }, index) => count + Number(type === FileType.regular && isCompressed(plans, index)),
      0,
    ),
    uuid,
  };
}

async function digestInodes(
  inventory: Inventory,
  executor: Executor,
  onProgress: (bytes: number) => void,
): Promise<InodeDigests> {
  const indexes = filesWithContent(inventory);
  const digests = await digestFiles(inventory, indexes, executor, onProgress);
  return new InodeDigests(inventory.nodes.length, indexes, digests);
}

/** The inventory with the hidden inodes that the settings ask for. */
function withHiddenInodes(tree: Inventory, settings: Settings, epoch: Epoch): Inventory {
  const packed = settings.packed ? withHiddenInode(tree, "packed", epoch) : tree;
  return settings.metabox ? withHiddenInode(packed, "metabox", epoch) : packed;
}

function isCompressed({ extentCounts, packed }: InodePlans, index: number): boolean {
  return extentCounts[index]! > 0 || (packed?.sizeOf(index) ?? 0) > 0;
}

/** The compressions that some inode has. */
function usedCompressions({ plans, settings }: ImagePlan): SettledCompression[] {
  const used = new Set<number>();
  for (const [index, extents] of plans.extentCounts.entries())
    if (extents > 0) used.add(plans.choices[index]!);
  return settings.compressions.filter((_, i) => used.has(i));
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

/** Whether there is a compressed file whose last cluster stands behind its inode. */
function packsTails({ extentCounts, tailSizes }: InodePlans): boolean {
  return extentCounts.some((count, index) => count > 0 && tailSizes[index]! > 0);
}

/** Whether the image has what only the 48-bit layout has, or is asked to have it. */
function needs48Bit({ settings, plans }: ImagePlan, blockCount: number): boolean {
  return settings.placement.bit48 || blockCount > 0xffffffff || plans.recordSizes.some((size) => size > 0);
}

function superblockOf(
  image: ImagePlan,
  state: { uuid: Uint8Array; blockCount: number; records: CompressionRecords; slots: readonly DeviceSlot[] },
): Uint8Array {
  const { settings, plans, inventory, xattrs, epoch } = image;
  const { configs, lz4Distance } = state.records;
  const algorithms = [...configs.keys()].reduce((mask, algorithm) => mask | (1 << algorithm), 0);
  let featureIncompat = 0;
  if (algorithms !== 0 || lz4Distance > 0) featureIncompat |= FeatureIncompat.lz4ZeroPadding;
  if (algorithms !== 0) featureIncompat |= FeatureIncompat.comprCfgs;
  if ([...configs.keys()].some(isPrivate)) featureIncompat |= FeatureIncompat.privateAlgorithm;
  // One bit for both, the kernel's `DEDUPE` and `FRAGMENTS`.
  if (inventory.packed !== undefined || plans.scattered.size > 0)
    featureIncompat |= FeatureIncompat.fragments;
  if (packsTails(plans)) featureIncompat |= FeatureIncompat.ztailpacking;
  if (settings.dotOmitted || needs48Bit(image, state.blockCount)) featureIncompat |= FeatureIncompat.bit48;
  if (plans.chunks.size > 0 || plans.chunkFiles.length > 0) featureIncompat |= FeatureIncompat.chunkedFile;
  if (state.slots.length > 0) featureIncompat |= FeatureIncompat.deviceTable;
  if (settings.metabox) featureIncompat |= FeatureIncompat.metabox;
  let featureCompat = FeatureCompat.superblockChecksum | FeatureCompat.mtime;
  if (settings.metabox && xattrs.shared.length > 0) featureCompat |= FeatureCompat.sharedXattrsInMetabox;
  if (xattrs.ofInode.size > 0) featureCompat |= FeatureCompat.xattrFilter;
  const { prefixes, plainPrefixes, digest } = settings.xattrs;
  if (prefixes.length > 0) featureIncompat |= FeatureIncompat.xattrPrefixes;
  // Without it, readers look for the table in the content of the packed inode, if there is one.
  const isPlain = plainPrefixes || (inventory.packed !== undefined && !settings.metabox);
  if (prefixes.length > 0 && isPlain) featureCompat |= FeatureCompat.plainXattrPrefixes;
  if (digest) featureCompat |= FeatureCompat.ishareXattrs;
  return encodeSuperblock(
    createSuperblock({
      blockSizeBits: settings.blockSizeBits,
      featureCompat,
      featureIncompat: featureIncompat >>> 0,
      rootNid: nidOf(plans, 0),
      packedNid: inventory.packed === undefined ? 0 : nidOf(plans, inventory.packed),
      metaboxNid: inventory.metabox === undefined ? 0 : nidOf(plans, inventory.metabox),
      extSlots: inventory.metabox === undefined ? 0 : 1,
      xattrPrefixCount: prefixes.length,
      xattrPrefixStart: prefixes.length === 0 ? 0 : image.head.prefixOffset / 4,
      ishareXattrPrefixId: digest?.prefix ?? 0,
      inodeCount: inventory.nodes.length,
      epoch: epoch.epoch,
      fixedNsec: epoch.fixedNsec,
      blockCount: state.blockCount,
      extraDevices: state.slots.length,
      deviceTableSlot: state.slots.length > 0 ? image.head.deviceTableOffset / DEVICE_SLOT_SIZE : 0,
      uuid: state.uuid,
      volumeName: settings.volumeName,
      availableAlgorithms: algorithms === 0 ? lz4Distance : algorithms,
      buildTime: buildTimeOf(inventory, epoch, settings),
    }),
  );
}

/** Seconds from the epoch to the build time: none where the build time is older, which the field cannot say. */
function buildTimeOf(inventory: Inventory, { epoch }: Epoch, { buildTime }: Settings): number {
  return Math.min(Math.max((buildTime ?? newestTime(inventory.nodes)) - epoch, 0), 0xffffffff);
}
