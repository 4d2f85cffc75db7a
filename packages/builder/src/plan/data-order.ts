import type { ByteString } from "@erofs/format";
import type { Inventory } from "./inventory.ts";
import { paths } from "./paths.ts";

/**
 * The inodes in the order in which their data are stored: as the inventory has them, but those at the paths of `first`
 * before all others, in its order. A directory there stands for all in it that has no entry of its own.
 */
export function dataOrder(inventory: Inventory, first: readonly ByteString[]): Uint32Array {
  const count = inventory.nodes.length;
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  if (first.length === 0) return order;
  const rankOf = new Map<ByteString, number>();
  for (const [rank, path] of first.entries()) if (!rankOf.has(path)) rankOf.set(path, rank);
  const ranks = new Uint32Array(count).fill(first.length);
  for (const { index, path } of paths(inventory)) ranks[index] = rankAt(path, rankOf) ?? first.length;
  return order.toSorted((a, b) => ranks[a]! - ranks[b]! || a - b);
}

/** The rank of a path, or of the nearest directory above it that has one. */
function rankAt(path: ByteString, rankOf: ReadonlyMap<ByteString, number>): number | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    const rank = rankOf.get(path.slice(0, end));
    if (rank !== undefined) return rank;
  }
  return rankOf.get("");
}
