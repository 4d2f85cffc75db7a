import { DataLayout, FileType, type Inode, typeOfMode } from "@erofs/format";

import { layoutName } from "../image/layout.ts";
import { typeName } from "../image/mode.ts";
import type { Image } from "../image/open-image.ts";
import { formatTable } from "../terminal/table.ts";
import { formatCount, formatPercent, formatSize } from "../terminal/units.ts";

/** A number of inodes and the bytes of their content. */
interface Tally {
  count: number;
  bytes: number;
}

/** A tally of how files are stored. */
interface StorageTally extends Tally {
  /** Bytes of stored data; holes are stored nowhere, ends of files perhaps among the metadata. */
  stored: number;
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
  /** Regular files only. */
  readonly total: StorageTally;
}

const sizeLimits = [0, 4096, 65536, 2 ** 20, 2 ** 24, 2 ** 28, Number.POSITIVE_INFINITY];

function tallyIn<Key, T extends Tally>(map: Map<Key, T>, key: Key, empty: T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  map.set(key, empty);
  return empty;
}

async function storedBytes(image: Image, node: Inode): Promise<number> {
  switch (node.layout) {
    case DataLayout.compressedFull:
    case DataLayout.compressedCompact:
      return node.blockCount * image.blockSize;
    case DataLayout.chunkBased:
      return (await image.extents(node)).reduce((sum, { physical }) => sum + (physical?.length ?? 0), 0);
    default:
      return node.size;
  }
}

/** Walks the whole image. `onInode` is called for each, with the inodes so far. */
export async function gatherStatistics(image: Image, onInode: (count: number) => void): Promise<Statistics> {
  const types = new Map<string, Tally>();
  const layouts = new Map<string, StorageTally>();
  const sizes = new Map<number, Tally>(sizeLimits.map((limit) => [limit, { count: 0, bytes: 0 }]));
  const total: StorageTally = { count: 0, bytes: 0, stored: 0 };
  const inodeForms = { compact: 0, extended: 0 };
  const linked = new Set<number>();
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
    if (type !== FileType.regular) continue;
    const limit = sizeLimits.find((most) => node.size <= most) ?? Number.POSITIVE_INFINITY;
    add(tallyIn(sizes, limit, { count: 0, bytes: 0 }), node.size);
    const stored = node.size === 0 ? 0 : await storedBytes(image, node);
    add(total, node.size, stored);
    if (node.size > 0)
      add(tallyIn(layouts, layoutName(node.layout), { count: 0, bytes: 0, stored: 0 }), node.size, stored);
  }
  return { types, layouts, sizes, inodeForms, hardLinks, withXattrs, total };
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

/** Three tables, as lines. */
export function statisticsLines(statistics: Statistics): string[] {
  const { types, layouts, sizes, inodeForms, hardLinks, withXattrs, total } = statistics;
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
    "",
    `${formatCount(inodeForms.compact)} compact and ${formatCount(inodeForms.extended)} extended inodes, ` +
      `${formatCount(withXattrs)} with xattrs, ${formatCount(hardLinks)} hard links`,
  ];
}

/** The same for programs. */
export function statisticsForJson(statistics: Statistics): object {
  const { types, layouts, sizes, ...rest } = statistics;
  return {
    ...rest,
    types: Object.fromEntries(types),
    layouts: Object.fromEntries(layouts),
    sizes: [...sizes].map(([limit, tally]) => ({ upTo: Number.isFinite(limit) ? limit : null, ...tally })),
  };
}
