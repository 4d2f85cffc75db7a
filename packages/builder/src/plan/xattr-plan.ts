import {
  BuildError,
  fromBytes,
  nameFilter,
  splitName,
  toText,
  xattrBodySize,
  XattrIndex,
  type XattrEntry,
  xattrEntrySize,
} from "@erofs/format";
import type { Xattr } from "@erofs/tree";
import type { Inventory } from "./inventory.ts";
import { pathOf } from "./paths.ts";

/** Which attributes of an inode are stored with it, and which once for all. */
export interface InodeXattrs {
  readonly inline: readonly XattrEntry[];
  /** Indexes into `XattrPlan.shared`. */
  readonly shared: readonly number[];
  /** `h_name_filter`. */
  readonly filter: number;
  /** Bytes of the xattr body. */
  readonly size: number;
}

export interface XattrPlan {
  /** By inode index; inodes without attributes are absent. */
  readonly ofInode: ReadonlyMap<number, InodeXattrs>;
  /** The shared area, in the order in which it is stored. */
  readonly shared: readonly XattrEntry[];
}

/** `h_shared_count` has eight bits. */
const maxShared = 255;

/** Names have eight bits for their length, values sixteen, and so has the size of all, in units of 4. */
const maxName = 0xff;
const maxValue = 0xffff;
const maxBody = xattrBodySize(0xffff);

/** Bytes of `struct erofs_xattr_ibody_header`. */
const bodyHeaderSize = 12;

/** Names of namespaces that EROFS has no number for are kept whole; Linux does not list them. */
function entryOf({ name, value }: Xattr): XattrEntry {
  return { ...(splitName(name) ?? { index: XattrIndex.hidden, rest: name }), value };
}

function keyOf({ name, value }: Xattr): string {
  return `${name}\0${fromBytes(value)}`;
}

/**
 * Shares each attribute that more than `tolerance` inodes have with the same value. The order, by name and then
 * value, depends on the attributes alone. Throws `BuildError` with the path of an inode whose attributes do not fit.
 */
export function planXattrs(inventory: Inventory, tolerance: number): XattrPlan {
  const { nodes } = inventory;
  const ofInode = new Map<number, InodeXattrs>();
  const counts = new Map<string, { xattr: Xattr; count: number; id: number }>();
  for (const node of nodes) {
    for (const xattr of node.xattrs ?? []) {
      const key = keyOf(xattr);
      const seen = counts.get(key);
      if (seen) seen.count++;
      else counts.set(key, { xattr, count: 1, id: -1 });
    }
  }
  const shared = [...counts]
    .filter(([, { count }]) => count > tolerance)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [id, [, seen]] of shared.entries()) seen.id = id;
  for (const [index, { xattrs }] of nodes.entries()) {
    if (!xattrs || xattrs.length === 0) continue;
    const sorted = xattrs.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const ids: number[] = [];
    const inline: XattrEntry[] = [];
    let size = bodyHeaderSize;
    const misfit = (what: string) => {
      const path = pathOf(inventory, index);
      return new BuildError(`${toText(path) || "/"}: ${what}`, { path });
    };
    for (const xattr of sorted) {
      const { rest } = entryOf(xattr);
      if (rest.length > maxName || xattr.value.length > maxValue) {
        throw misfit(
          `xattr ${toText(xattr.name)} has ${rest.length} bytes of name and ${xattr.value.length} of value, expected at most ${maxName} and ${maxValue}`,
        );
      }
      const { id } = counts.get(keyOf(xattr))!;
      if (id >= 0 && ids.length < maxShared) {
        ids.push(id);
        size += 4;
      } else {
        const entry = entryOf(xattr);
        inline.push(entry);
        size += xattrEntrySize(entry.rest.length, entry.value.length);
      }
    }
    if (size > maxBody) throw misfit(`${size} bytes of xattrs, expected at most ${maxBody}`);
    ofInode.set(index, { inline, shared: ids, filter: nameFilter(sorted.map(({ name }) => name)), size });
  }
  return { ofInode, shared: shared.map(([, { xattr }]) => entryOf(xattr)) };
}
