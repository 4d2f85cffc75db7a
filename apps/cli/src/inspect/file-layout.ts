import { FileType, inodeOffset, isMetaboxNid, nidText, typeOfMode } from "@erofs/format";
import { type ExtentInfo, METABOX, type PhysicalRange } from "@erofs/reader";

import { algorithmName } from "../image/algorithms.ts";
import { nidForJson } from "../image/describe.ts";
import { layoutName } from "../image/layout.ts";
import { typeName } from "../image/mode.ts";
import type { Image } from "../image/open-image.ts";
import type { Located } from "../image/paths.ts";
import { nameForJson, quoteName, quoteText } from "../terminal/quote.ts";
import { formatFields, formatTable } from "../terminal/table.ts";
import { formatPercent } from "../terminal/units.ts";

/** How an inode and its content are stored. */
export interface FileLayout extends Located {
  /** Names of the algorithms of its extents, by id. */
  readonly algorithms: ReadonlyMap<number, string>;
  /** Where the inode stands, in bytes from the beginning of the image, or of the metabox. */
  readonly inodeOffset: number;
  /** Empty for what has no content of its own: devices, fifos, sockets. */
  readonly extents: readonly ExtentInfo[];
  /** For each extent that is a fragment, the extents of the packed inode that have it. */
  readonly fragments: ReadonlyMap<ExtentInfo, readonly ExtentInfo[]>;
  /** Bytes that the extents take, each stored cluster counted once. */
  readonly stored: number;
}

/** Stored bytes of extents: several may lie in one cluster, and fragments lie in another inode. */
function storedBytes(extents: readonly ExtentInfo[]): number {
  const places = new Map<string, number>();
  for (const { physical } of extents) {
    if (physical === undefined) continue;
    const place = `${physical.device}:${physical.offset}`;
    places.set(place, Math.max(places.get(place) ?? 0, physical.length));
  }
  return [...places.values()].reduce((sum, stored) => sum + stored, 0);
}

export async function fileLayout(image: Image, located: Located): Promise<FileLayout> {
  const { node } = located;
  const type = typeOfMode(node.mode);
  const hasContent = type === FileType.regular || type === FileType.directory || type === FileType.symlink;
  const extents = hasContent && node.size > 0 ? await image.extents(node) : [];
  const fragments = new Map<ExtentInfo, readonly ExtentInfo[]>();
  for (const extent of extents) {
    if (extent.fragmentOffset === undefined) continue;
    const packed = await image.inode(image.superblock.packedNid);
    fragments.set(extent, await image.extents(packed, extent.fragmentOffset, extent.length));
  }
  const all = [...extents, ...[...fragments.values()].flat()];
  const ids = new Set(all.flatMap(({ algorithm }) => algorithm ?? []));
  return {
    ...located,
    fragments,
    algorithms: new Map([...ids].map((id) => [id, algorithmName(image, id)])),
    inodeOffset: inodeOffset(image.superblock, node.nid),
    extents,
    stored: storedBytes(extents),
  };
}

function kindOf({ kind, algorithm, partial }: ExtentInfo, { algorithms }: FileLayout): string {
  if (algorithm === undefined) return kind;
  return `${quoteText(algorithms.get(algorithm)!)}${partial === true ? ", partial" : ""}`;
}

function hexOffset(offset: number): string {
  return `0x${offset.toString(16)}`;
}

/** On a device of the image; for a fragment, within the content of the packed inode. */
function placeOf({ physical, fragmentOffset }: ExtentInfo, withDevice: boolean): string {
  if (fragmentOffset !== undefined) return `packed ${hexOffset(fragmentOffset)}`;
  if (physical === undefined) return "";
  if (physical.device === METABOX) return `metabox:${hexOffset(physical.offset)}`;
  return (withDevice ? `${physical.device}:` : "") + hexOffset(physical.offset);
}

/**
 * Attributes of the layout, then a table of extents, those of the packed inode below each fragment; `withDevice` where the
 * image has more than one.
 */
export function layoutLines(layout: FileLayout, withDevice: boolean): string[] {
  const { path, node, extents, stored } = layout;
  const form = node.extended ? "extended" : "compact";
  const inMetabox = isMetaboxNid(node.nid) ? " of the metabox" : "";
  const lines = formatFields([
    ["Path", quoteName(path)],
    ["Type", typeName(typeOfMode(node.mode))],
    ["Inode", `${nidText(node.nid)}, ${form}, at ${hexOffset(layout.inodeOffset)}${inMetabox}`],
    ["Layout", layoutName(node.layout)],
    ["Size", String(node.size)],
    ["Stored", `${stored} (${formatPercent(stored, node.size)})`],
  ]);
  if (extents.length === 0) return lines;
  const place = (extent: ExtentInfo) => [
    kindOf(extent, layout),
    placeOf(extent, withDevice),
    extent.physical === undefined ? "" : String(extent.physical.length),
  ];
  const rows = extents.flatMap((extent) => [
    [String(extent.logical), String(extent.length), ...place(extent)],
    ...(layout.fragments.get(extent) ?? []).map((packed) => ["", "", ...place(packed)]),
  ]);
  const table = formatTable(
    [["offset", "length", "kind", "at", "stored"], ...rows],
    ["right", "right", "left", "right", "right"],
  );
  return [...lines, ...table.map((line) => `  ${line}`)];
}

function placeForJson({ device, ...place }: PhysicalRange): object {
  return { device: device === METABOX ? "metabox" : device, ...place };
}

/** The same for programs; all positions and sizes in bytes. */
export function layoutForJson(file: FileLayout): object {
  const { path, node, extents, stored, algorithms, inodeOffset: offset } = file;
  return {
    ...nameForJson("path", path),
    type: typeName(typeOfMode(node.mode)),
    nid: nidForJson(node.nid),
    inodeForm: node.extended ? "extended" : "compact",
    inodeOffset: offset,
    layout: layoutName(node.layout),
    size: node.size,
    stored,
    extents: extents.map((extent) => {
      const packed = file.fragments.get(extent)?.map((each) => extentForJson(each, algorithms));
      return { ...extentForJson(extent, algorithms), ...(packed === undefined ? {} : { packed }) };
    }),
  };
}

function extentForJson(
  { algorithm, physical, ...extent }: ExtentInfo,
  names: FileLayout["algorithms"],
): object {
  return {
    ...extent,
    ...(physical === undefined ? {} : { physical: placeForJson(physical) }),
    ...(algorithm === undefined ? {} : { algorithm: names.get(algorithm) }),
  };
}
