import { chunkSizeOf, DataLayout, FeatureIncompat, FileType, type Inode, typeOfMode } from "@erofs/format";
import type { ExtentInfo } from "@erofs/reader";

import { layoutName } from "../image/layout.ts";
import { typeName } from "../image/mode.ts";
import type { Image } from "../image/open-image.ts";
import { formatTable } from "../terminal/table.ts";
import { formatCount, formatPercent, formatSize, plural } from "../terminal/units.ts";
import { chunkLines, chunksForJson, type ChunkStatistics, ChunkTally } from "./chunk-statistics.ts";
import { StoredPlaces } from "./stored-places.ts";

/** A number of inodes and the bytes of their content. */
interface Tally {
  count: number;
  bytes: number;
}

/** A tally of how files are stored. */
interface StorageTally extends Tally {
  /**
   * Bytes of stored data, those that several files have counted with the first of them; holes are stored nowhere, ends of
   * files perhaps among the metadata.
   */
  stored: number;
}

/** The hidden file that has the fragments of others. */
interface PackedStatistics {
  /** Bytes of its content, and what it is stored in. */
  readonly content: number;
  readonly stored: number;
  /** Files and directories, or ends of them, that stand in it. Together they may have more bytes than it. */
  readonly fragments: Tally;
}

/** The hidden file that has inodes and what follows them, ends of files too. */
interface MetaboxStatistics {
  /** Bytes of its content, and what it is stored in. */
  readonly content: number;
  readonly stored: number;
}

/** What is in an image, hard links counted once. */
export interface Statistics {
  readonly types: ReadonlyMap<string, Tally>;
  /** Regular files that are not empty, by layout. */
  readonly layouts: ReadonlyMap<string, StorageTally>;
  /** Regular files by size: up to each limit of `sizeLimits`, above the limit before. */
  readonly sizes: ReadonlyMap<number, Tally>;
  readonly inodeForms: { readonly compact: number; readonly extended: number };
  /** Names beyond the first of files that have several. */
  readonly hardLinks: number;
  readonly withXattrs: number;
  /** Regular files, and what the packed inode is stored in. */
  readonly total: StorageTally;
  readonly packed?: PackedStatistics;
  readonly metabox?: MetaboxStatistics;
  /** Stored data that a file has in common with one before it: how often, and the bytes that are not stored again. */
  readonly shared: { readonly count: number; readonly stored: number };
  readonly chunks: ChunkStatistics;
}

const sizeLimits = [0, 4096, 65536, 2 ** 20, 2 ** 24, 2 ** 28, Number.POSITIVE_INFINITY];

function tallyIn<Key, T extends Tally>(map: Map<Key, T>, key: Key, empty: T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  map.set(key, empty);
  return empty;
}

/** What is stored of inodes, and what stands in the packed one. */
class StorageCount {
  readonly places: StoredPlaces;
  readonly fragments: Tally = { count: 0, bytes: 0 };
  readonly chunks: ChunkTally;
  readonly #image: Image;

  constructor(image: Image) {
    this.#image = image;
    this.places = new StoredPlaces(image.blockSize);
    this.chunks = new ChunkTally(image);
  }

  /** Bytes of an inode's data that are not counted yet. */
  async stored(node: Inode): Promise<number> {
    if (node.size === 0) return 0;
    if (node.layout === DataLayout.flatPlain || node.layout === DataLayout.flatInline) {
      const tail = node.layout === DataLayout.flatInline ? node.size % this.#image.blockSize : 0;
      const length = node.size - tail;
      if (length === 0) return tail;
      return tail + this.places.take({ device: 0, offset: node.startBlock * this.#image.blockSize, length });
    }
    const extents = await this.#image.extents(node);
    if (node.layout === DataLayout.chunkBased) this.chunks.add(node, extents);
    return extents.reduce((sum, extent) => sum + this.#take(node, extent), 0);
  }

  #take(node: Inode, { kind, length, physical }: ExtentInfo): number {
    if (kind === "fragment") add(this.fragments, length);
    if (physical === undefined) return 0;
    if (node.layout !== DataLayout.chunkBased) return this.places.take(physical);
    const chunkSize = chunkSizeOf(node.chunkFormat, this.#image.superblock.blockSizeBits);
    let sum = 0;
    for (let done = 0; done < physical.length; done += chunkSize) {
      const { device, offset } = physical;
      const size = Math.min(chunkSize, physical.length - done);
      sum += this.places.take({ device, offset: offset + done, length: size });
    }
    return sum;
  }
}

async function packedStatistics(image: Image, storage: StorageCount): Promise<PackedStatistics | undefined> {
  const { packedNid, featureIncompat } = image.superblock;
  if (packedNid === 0 || (featureIncompat & FeatureIncompat.fragments) === 0) return undefined;
  const node = await image.inode(packedNid);
  return { content: node.size, stored: await storage.stored(node), fragments: { ...storage.fragments } };
}

async function metaboxStatistics(
  image: Image,
  storage: StorageCount,
): Promise<MetaboxStatistics | undefined> {
  const { metaboxNid, featureIncompat } = image.superblock;
  if ((featureIncompat & FeatureIncompat.metabox) === 0) return undefined;
  const node = await image.inode(metaboxNid);
  return { content: node.size, stored: await storage.stored(node) };
}

/** Walks the whole image. `onInode` is called for each, with the inodes so far. */
export async function gatherStatistics(image: Image, onInode: (count: number) => void): Promise<Statistics> {
  const types = new Map<string, Tally>();
  const layouts = new Map<string, StorageTally>();
  const sizes = new Map<number, Tally>(sizeLimits.map((limit) => [limit, { count: 0, bytes: 0 }]));
  const total: StorageTally = { count: 0, bytes: 0, stored: 0 };
  const inodeForms = { compact: 0, extended: 0 };
  const linked = new Set<number>();
  const storage = new StorageCount(image);
  let hardLinks = 0;
  let withXattrs = 0;
  let count = 0;
  for await (const { node } of image.walk()) {
    const type = typeOfMode(node.mode);
    if (node.nlink > 1 && type !== FileType.directory) {
      if (linked.has(node.nid)) {
        hardLinks++;
        continue;
      }
      linked.add(node.nid);
    }
    onInode(++count);
    add(tallyIn(types, typeName(type), { count: 0, bytes: 0 }), node.size);
    inodeForms[node.extended ? "extended" : "compact"]++;
    if (node.xattrIcount > 0) withXattrs++;
    // Directories may be fragments too.
    if (type === FileType.directory) await storage.stored(node);
    if (type !== FileType.regular) continue;
    const limit = sizeLimits.find((most) => node.size <= most) ?? Number.POSITIVE_INFINITY;
    add(tallyIn(sizes, limit, { count: 0, bytes: 0 }), node.size);
    const stored = await storage.stored(node);
    add(total, node.size, stored);
    if (node.size > 0)
      add(tallyIn(layouts, layoutName(node.layout), { count: 0, bytes: 0, stored: 0 }), node.size, stored);
  }
  const packed = await packedStatistics(image, storage);
  total.stored += packed?.stored ?? 0;
  const metabox = await metaboxStatistics(image, storage);
  const { shared } = storage.places;
  const chunks = storage.chunks.result();
  const counted = { types, layouts, sizes, inodeForms, hardLinks, withXattrs, total, shared, chunks };
  return {
    ...counted,
    ...(packed === undefined ? {} : { packed }),
    ...(metabox === undefined ? {} : { metabox }),
  };
}

function add(tally: Tally, bytes: number): void;
function add(tally: StorageTally, bytes: number, stored: number): void;
function add(tally: Tally & { stored?: number }, bytes: number, stored = 0): void {
  tally.count++;
  tally.bytes += bytes;
  if (tally.stored !== undefined) tally.stored += stored;
}

function sizeRange(limit: number): string {
  if (limit === 0) return "empty";
  if (limit !== Number.POSITIVE_INFINITY) return `up to ${formatSize(limit)}`;
  return `above ${formatSize(sizeLimits.at(-2) ?? 0)}`;
}

/** What files have in common, as lines. */
function sharingLines({ packed, shared }: Statistics): string[] {
  const lines: string[] = [];
  if (packed !== undefined) {
    const { content, stored, fragments } = packed;
    const saved = fragments.bytes - content;
    lines.push(
      `${plural(fragments.count, "fragment")} of ${formatSize(fragments.bytes)} in the packed inode` +
        `${saved > 0 ? `, ${formatSize(saved)} of them shared` : ""}; ` +
        `it is stored in ${formatSize(stored)} (${formatPercent(stored, content)})`,
    );
  }
  if (shared.count > 0) {
    lines.push(`${formatSize(shared.stored)} saved by data that files have in common`);
  }
  return lines;
}

function metaboxLines({ metabox }: Statistics): string[] {
  if (metabox === undefined) return [];
  const { content, stored } = metabox;
  return [
    `${formatSize(content)} of metadata in the metabox; ` +
      `it is stored in ${formatSize(stored)} (${formatPercent(stored, content)})`,
  ];
}

/** Three tables and what does not fit them, as lines. */
export function statisticsLines(statistics: Statistics): string[] {
  const { types, layouts, sizes, inodeForms, hardLinks, withXattrs, total, packed, chunks } = statistics;
  const columns = ["left", "right", "right", "right", "right"] as const;
  const plainRow = ([name, { count, bytes }]: readonly [string, Tally]) => [
    name,
    formatCount(count),
    formatSize(bytes),
  ];
  const storageRow = (name: string, tally: StorageTally) => [
    ...plainRow([name, tally]),
    formatSize(tally.stored),
    formatPercent(tally.stored, tally.bytes),
  ];
  return [
    ...formatTable([["Type", "inodes", "content"], ...[...types].map(plainRow)], columns),
    "",
    ...formatTable(
      [
        ["Layout of files", "files", "content", "stored", "ratio"],
        ...[...layouts]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, tally]) => storageRow(name, tally)),
        ...(packed === undefined ? [] : [["packed inode", "", "", formatSize(packed.stored)]]),
        storageRow("all", total),
      ],
      columns,
    ),
    "",
    ...formatTable(
      [
        ["Size of files", "files", "content"],
        ...[...sizes].map(([limit, tally]) => plainRow([sizeRange(limit), tally])),
      ],
      columns,
    ),
    ...chunkLines(chunks),
    "",
    `${formatCount(inodeForms.compact)} compact and ${formatCount(inodeForms.extended)} extended inodes, ` +
      `${formatCount(withXattrs)} with xattrs, ${formatCount(hardLinks)} hard links`,
    ...metaboxLines(statistics),
    ...sharingLines(statistics),
  ];
}

/** The same for programs. */
export function statisticsForJson(statistics: Statistics): object {
  const { types, layouts, sizes, chunks, ...rest } = statistics;
  return {
    ...rest,
    chunks: chunksForJson(chunks),
    types: Object.fromEntries(types),
    layouts: Object.fromEntries(layouts),
    sizes: [...sizes].map(([limit, tally]) => ({ upTo: Number.isFinite(limit) ? limit : null, ...tally })),
  };
}
