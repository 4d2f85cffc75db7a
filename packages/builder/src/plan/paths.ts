import { type ByteString, FileType } from "@erofs/format";
import type { Inventory } from "./inventory.ts";

/** Each inode with its path, or the first one that it has: "usr/bin/env"; the root's is empty. */
export function* paths({ nodes, directories }: Inventory): Generator<{ index: number; path: ByteString }> {
  yield { index: 0, path: "" };
  const pathOfDirectory = new Map<number, ByteString>([[0, ""]]);
  for (const { index, children, firstNew } of directories) {
    const path = pathOfDirectory.get(index)!;
    pathOfDirectory.delete(index);
    let next = firstNew;
    for (const [i, { name }] of (nodes[index]!.entries ?? []).entries()) {
      // Those that are first seen here are numbered in this order.
      if (children[i] !== next) continue;
      const childPath = path === "" ? name : `${path}/${name}`;
      if (nodes[next]!.type === FileType.directory) pathOfDirectory.set(next, childPath);
      yield { index: next++, path: childPath };
    }
  }
}

/** The path of one inode, for messages. */
export function pathOf(inventory: Inventory, index: number): ByteString {
  for (const place of paths(inventory)) if (place.index === index) return place.path;
  throw new RangeError(`there is no inode ${index}`);
}
