import type { TreeNode } from "@erofs/tree";
import type { InodeForm } from "../options.ts";

/** The superblock's `epoch` and `fixed_nsec`: the one time that compact inodes can have on every kernel. */
export interface Epoch {
  readonly epoch: number;
  readonly fixedNsec: number;
}

/**
 * The most frequent time of a tree. Inodes with exactly this time need 32 bytes, all others 64: kernels before
 * 6.15 give every compact inode the epoch, whatever its own `i_mtime` says. Of equally frequent times the
 * earliest wins, so that the answer depends on the tree alone.
 */
export function chooseEpoch(nodes: readonly TreeNode[], form: InodeForm, bit48: boolean): Epoch {
  // All inodes count from it then, so that newer kernels show the seconds at least.
  if (form === "compact") return { epoch: oldestTime(nodes), fixedNsec: 0 };
  // Whoever reads the 48-bit layout gives each compact inode its own seconds.
  if (bit48) return { epoch: oldestTime(nodes), fixedNsec: mostFrequentNsec(nodes) };
  const counts = new Map<number, { epoch: number; fixedNsec: number; count: number }>();
  for (const { mtime, mtimeNsec } of nodes) {
    // Exact to the microsecond, which keeps the key a safe integer. Times that share a microsecond and are not
    // equal count together; the first one stands for them, and only the image's size can suffer.
    const key = mtime * 1e6 + Math.floor(mtimeNsec / 1000);
    const seen = counts.get(key);
    if (seen) seen.count++;
    else counts.set(key, { epoch: mtime, fixedNsec: mtimeNsec, count: 1 });
  }
  let best = { epoch: 0, fixedNsec: 0, count: 0 };
  for (const time of counts.values()) {
    const earlier = time.epoch < best.epoch || (time.epoch === best.epoch && time.fixedNsec < best.fixedNsec);
    if (time.count > best.count || (time.count === best.count && earlier)) best = time;
  }
  return { epoch: best.epoch, fixedNsec: best.fixedNsec };
}

/** Whether an inode of this time has it in its compact form, too. */
export function isCompactTime(
  { mtime, mtimeNsec }: Pick<TreeNode, "mtime" | "mtimeNsec">,
  { epoch, fixedNsec }: Epoch,
  bit48: boolean,
): boolean {
  if (mtimeNsec !== fixedNsec) return false;
  return bit48 ? mtime >= epoch && mtime - epoch <= 0xffffffff : mtime === epoch;
}

/** The earliest of the most frequent ones. */
function mostFrequentNsec(nodes: readonly TreeNode[]): number {
  const counts = new Map<number, number>();
  for (const { mtimeNsec } of nodes) counts.set(mtimeNsec, (counts.get(mtimeNsec) ?? 0) + 1);
  let best = { nsec: 0, count: 0 };
  for (const [nsec, count] of counts) {
    if (count > best.count || (count === best.count && nsec < best.nsec)) best = { nsec, count };
  }
  return best.nsec;
}

function oldestTime(nodes: readonly TreeNode[]): number {
  let oldest = Infinity;
  for (const { mtime } of nodes) if (mtime < oldest) oldest = mtime;
  return oldest;
}

/** The newest second in the tree: the build time of an image for which none was given. */
export function newestTime(nodes: readonly TreeNode[]): number {
  let newest = -Infinity;
  for (const { mtime } of nodes) if (mtime > newest) newest = mtime;
  return newest;
}
