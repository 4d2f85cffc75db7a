import { DataLayout, encodeXattrEntry, FileType, writeBytes } from "@erofs/format";
import { inOrder } from "../execute/in-order.ts";
import type { Executor, FillJob } from "../execute/jobs.ts";
import { PieceList } from "../execute/pieces.ts";
import type { Sink } from "../sink.ts";
import { BufferPool } from "./buffer-pool.ts";
import type { TailStore } from "./tail-store.ts";
import { type ImagePlan, writeInodeBody } from "./inode-body.ts";

/** Metadata is written in regions of this size, a job each. */
const regionSize = 1 << 20;

/** A stretch of the image that holds metadata: from `start` up to `end`, both on block boundaries. */
export interface MetadataArea {
  readonly start: number;
  readonly end: number;
}

interface Region extends MetadataArea {
  readonly indexes: Uint32Array;
}

/** Metadata that is filled in: areas of a space, with the inodes from `first` up to `behind`. */
interface Metadata {
  readonly areas: readonly MetadataArea[];
  readonly first: number;
  readonly behind: number;
  /** Whether the shared xattrs are there. */
  readonly hasShared: boolean;
  /** Whether the device table is there. */
  readonly hasTables: boolean;
  /** Whether the table of long prefixes is. */
  readonly hasPrefixes: boolean;
}

/** The regions of the areas, each with the inodes that lie in it wholly or in part. */
function regionsOf(image: ImagePlan, { areas, first, behind }: Metadata): Region[] {
  const { offsets, bodySizes, tailSizes } = image.plans;
  const bounds: MetadataArea[] = [];
  const firstOfArea = areas.map(({ start, end }) => {
    const firstBound = bounds.length;
    for (let at = start; at < end; at += regionSize) {
      bounds.push({ start: at, end: Math.min(end, at + regionSize) });
    }
    return firstBound;
  });
  const regionAt = (offset: number) => {
    const area = areas.findIndex(({ start, end }) => offset >= start && offset < end);
    return firstOfArea[area]! + Math.floor((offset - areas[area]!.start) / regionSize);
  };
  const counts = new Uint32Array(bounds.length);
  const forEachPlace = (use: (region: number, index: number) => void) => {
    for (let index = first; index < behind; index++) {
      const offset = offsets[index]!;
      const last = regionAt(offset + bodySizes[index]! + tailSizes[index]! - 1);
      for (let region = regionAt(offset); region <= last; region++) use(region, index);
    }
  };
  forEachPlace((region) => counts[region]!++);
  const regions = bounds.map((bound, i) => ({ ...bound, indexes: new Uint32Array(counts[i]!) }));
  counts.fill(0);
  forEachPlace((region, index) => {
    regions[region]!.indexes[counts[region]!++] = index;
  });
  return regions;
}

/** Copies what of `source`, which belongs at `offset` of the image, lies in the region. */
function copyPart(source: Uint8Array, offset: number, region: Region, bytes: Uint8Array): void {
  const from = Math.max(offset, region.start);
  const to = Math.min(offset + source.length, region.end);
  if (from < to) bytes.set(source.subarray(from - offset, to - offset), from - region.start);
}

/** The shared xattrs as they stand in the image, from the first one's offset on. */
function sharedArea({ xattrs, head }: ImagePlan): { bytes: Uint8Array; offset: number } {
  const offset = head.sharedOffsets[0] ?? head.sharedEnd;
  const bytes = new Uint8Array(head.sharedEnd - offset);
  for (const [id, entry] of xattrs.shared.entries()) {
    encodeXattrEntry(entry, bytes, head.sharedOffsets[id]! - offset);
  }
  return { bytes, offset };
}

/**
 * Writes the whole blocks of all directories that are not compressed, which stand one after another from block `first` on.
 * Returns the rest of each that has
 * one behind its inode, so that no large directory is encoded twice.
 */
export async function writeDirectoryBlocks(
  { inventory, plans, settings }: ImagePlan,
  first: number,
  contentOf: (index: number) => Uint8Array,
  sink: Sink,
): Promise<Map<number, Uint8Array>> {
  const { blockSize } = settings;
  const tails = new Map<number, Uint8Array>();
  const gathered = new Uint8Array(regionSize);
  let start = 0;
  let used = 0;
  const flush = async () => {
    if (used > 0) await sink.write(start, gathered.subarray(0, used));
    used = 0;
  };
  for (const { index } of inventory.directories) {
    const size = plans.blockCounts[index]! * blockSize;
    if (size === 0 || plans.startBlocks[index]! < first) continue;
    const content = contentOf(index);
    if (plans.layouts[index] === DataLayout.flatInline) tails.set(index, content.slice(size));
    for (let done = 0; done < size;) {
      if (used === gathered.length) await flush();
      if (used === 0) start = plans.startBlocks[index]! * blockSize + done;
      const count = Math.min(size - done, gathered.length - used);
      const part = content.subarray(done, done + count);
      gathered.set(part, used);
      gathered.fill(0, used + part.length, used + count);
      used += count;
      done += count;
    }
  }
  await flush();
  return tails;
}

/** Where the bytes of inodes and their tails come from. */
export interface MetadataSources {
  readonly contentOf: (index: number) => Uint8Array;
  /** What `writeDirectoryBlocks` left. */
  readonly directoryTails: ReadonlyMap<number, Uint8Array>;
  readonly tails: TailStore;
}

/**
 * Writes the inodes that are not in the metabox, each with what follows it. Returns the first `keep` bytes of the image,
 * which it does not write.
 */
export async function writeMetadata(
  image: ImagePlan,
  areas: readonly MetadataArea[],
  keep: number,
  sources: MetadataSources,
  executor: Executor,
  sink: Sink,
  onBytes: (count: number) => void,
): Promise<Uint8Array> {
  const { metaboxCount, offsets } = image.plans;
  const hasShared = metaboxCount === 0;
  const hasPrefixes = hasShared || image.settings.xattrs.plainPrefixes;
  const metadata = {
    areas,
    first: metaboxCount,
    behind: offsets.length,
    hasShared,
    hasPrefixes,
    hasTables: true,
  };
  let beginning: Uint8Array = new Uint8Array(0);
  const take = async (bytes: Uint8Array, start: number) => {
    if (start === 0) {
      beginning = bytes.slice(0, keep);
      await sink.write(keep, bytes.subarray(keep));
    } else {
      await sink.write(start, bytes);
    }
  };
  await fillMetadata(image, metadata, sources, executor, take, onBytes);
  return beginning;
}

/** Hands the content of the metabox, `size` bytes, to `take`, in order. */
export async function makeMetabox(
  image: ImagePlan,
  size: number,
  sources: MetadataSources,
  executor: Executor,
  take: (bytes: Uint8Array) => Promise<void>,
  onBytes: (count: number) => void,
): Promise<void> {
  const behind = image.plans.metaboxCount;
  const metadata = {
    areas: [{ start: 0, end: size }],
    first: 0,
    behind,
    hasShared: true,
    hasPrefixes: !image.settings.xattrs.plainPrefixes,
    hasTables: false,
  };
  await fillMetadata(image, metadata, sources, executor, take, onBytes);
}

/** Fills regions of metadata and hands each to `take` with the place where it begins, in order. */
async function fillMetadata(
  image: ImagePlan,
  metadata: Metadata,
  { contentOf, directoryTails, tails }: MetadataSources,
  executor: Executor,
  take: (bytes: Uint8Array, start: number) => Promise<void>,
  onBytes: (count: number) => void,
): Promise<void> {
  const { inventory, plans, twins } = image;
  const shared = sharedArea(image);
  const pool = new BufferPool(regionSize);
  let crossing: { index: number; body: Uint8Array } | undefined;

  const prepare = (region: Region): { job: FillJob; tailBytes: number } => {
    const bytes = pool.take(region.end - region.start).fill(0);
    const pieces = new PieceList();
    let tailBytes = 0;
    for (const index of region.indexes) {
      const offset = plans.offsets[index]!;
      const bodySize = plans.bodySizes[index]!;
      if (offset < region.start || offset + bodySize > region.end) {
        // Larger than a block, it crosses regions: each takes its part of it.
        if (crossing?.index !== index) {
          crossing = { index, body: new Uint8Array(bodySize) };
          writeInodeBody(image, index, crossing.body, 0);
        }
        copyPart(crossing.body, offset, region, bytes);
      } else {
        writeInodeBody(image, index, bytes, offset - region.start);
      }
      const tailSize = plans.tailSizes[index]!;
      const at = offset + bodySize - region.start;
      if (tailSize === 0 || at < 0 || at >= bytes.length) continue;
      const node = inventory.nodes[index]!;
      const tailStart = plans.sizes[index]! - tailSize;
      if (node.type === FileType.directory) {
        bytes.set(directoryTails.get(index) ?? contentOf(index), at);
      } else if (node.type === FileType.symlink) {
        writeBytes(node.target!.slice(tailStart), bytes, at);
      } else {
        const tail = tails.get(twins.firstOf(index), tailSize);
        if (tail) {
          bytes.set(tail, at);
        } else {
          pieces.add(node.content!, plans.sizes[index]!, tailStart, tailSize, at);
          tailBytes += tailSize;
        }
      }
    }
    if (metadata.hasShared) copyPart(shared.bytes, shared.offset, region, bytes);
    if (metadata.hasTables) copyPart(image.deviceTable, image.head.deviceTableOffset, region, bytes);
    if (metadata.hasPrefixes) copyPart(image.xattrs.prefixTable, image.head.prefixOffset, region, bytes);
    return { job: { kind: "fill", pieces: pieces.take(), bytes }, tailBytes };
  };

  await inOrder(
    regionsOf(image, metadata),
    { count: executor.concurrency },
    async (region) => {
      const { job, tailBytes } = prepare(region);
      return { result: await executor.run(job), tailBytes };
    },
    async ({ result, tailBytes }, region) => {
      await take(result.bytes, region.start);
      pool.give(result.bytes);
      onBytes(tailBytes);
    },
  );
}
