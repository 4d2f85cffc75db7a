import {
  BuildError,
  type ByteString,
  encodeLongPrefixes,
  fromBytes,
  LONG_PREFIX_FLAG,
  type LongPrefix,
  nameFilter,
  splitName,
  toText,
  xattrBodySize,
  XattrIndex,
  type XattrEntry,
  xattrEntrySize,
} from "@erofs/format";
import type { TreeNode, Xattr } from "@erofs/tree";
import type { Settings } from "../options.ts";
import type { InodeDigests } from "./inode-digests.ts";
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
  /** The table of long prefixes; empty where there are none. */
  readonly prefixTable: Uint8Array;
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
function entryOf({ name, value }: Xattr, prefixes: readonly LongPrefix[]): XattrEntry {
  return { ...(splitName(name, prefixes) ?? { index: XattrIndex.hidden, rest: name }), value };
}

function keyOf({ name, value }: Xattr): string {
  return `${name}\0${fromBytes(value)}`;
}

/** The attributes of an inode but one by which its digest goes. */
function ownXattrs({ xattrs = [] }: TreeNode, digest: ByteString | undefined): readonly Xattr[] {
  return digest === undefined ? xattrs : xattrs.filter(({ name }) => name !== digest);
}

/**
 * Shares each attribute that more inodes have with the same value than the settings tolerate, but no digest. The order, by
 * name and then value, depends on the attributes alone. Throws `BuildError` with the path of an inode whose attributes do not fit.
 */
export function planXattrs(
  inventory: Inventory,
  { xattrTolerance: tolerance, xattrs: { prefixes, digest } }: Pick<Settings, "xattrTolerance" | "xattrs">,
  digests?: InodeDigests,
): XattrPlan {
  const { nodes } = inventory;
  const ofInode = new Map<number, InodeXattrs>();
  const counts = new Map<string, { xattr: Xattr; count: number; id: number }>();
  for (const node of nodes) {
    for (const xattr of ownXattrs(node, digest?.name)) {
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
  for (const [index, node] of nodes.entries()) {
    const xattrs = ownXattrs(node, digest?.name);
    const value = digests?.valueOf(index);
    if (xattrs.length === 0 && !value) continue;
    const sorted = xattrs.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const ids: number[] = [];
    const inline: XattrEntry[] = [];
    let size = bodyHeaderSize;
    const misfit = (what: string) => {
      const path = pathOf(inventory, index);
      return new BuildError(`${toText(path) || "/"}: ${what}`, { path });
    };
    for (const xattr of sorted) {
      const { rest } = entryOf(xattr, prefixes);
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
        const entry = entryOf(xattr, prefixes);
        inline.push(entry);
        size += xattrEntrySize(entry.rest.length, entry.value.length);
      }
    }
    const names = sorted.map(({ name }) => name);
    if (digest && value) {
      inline.push({ index: LONG_PREFIX_FLAG | digest.prefix, rest: "", value });
      size += xattrEntrySize(0, value.length);
      names.push(digest.name);
    }
    if (size > maxBody) throw misfit(`${size} bytes of xattrs, expected at most ${maxBody}`);
    ofInode.set(index, { inline, shared: ids, filter: nameFilter(names), size });
  }
  return {
    ofInode,
    shared: shared.map(([, { xattr }]) => entryOf(xattr, prefixes)),
    prefixTable: encodeLongPrefixes(prefixes),
  };
}
