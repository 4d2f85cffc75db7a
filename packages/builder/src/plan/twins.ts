import { DataLayout, FileType, fromBytes } from "@erofs/format";
import { SHA256_SIZE } from "../execute/sha256.ts";
import type { Settings } from "../options.ts";
import type { InodePlans } from "./inode-plans.ts";
import type { Inventory } from "./inventory.ts";

/**
 * Files of equal content: the first of them has it, the others, its twins, point to the same place. They are so much alike
 * that all that is planned for the first one holds for its twins.
 */
export class Twins {
  readonly #firsts = new Map<number, number>();

  /** Adds an inode that is a twin of `first`, whose data come before it. */
  add(index: number, first: number): void {
    this.#firsts.set(index, first);
  }

  has(index: number): boolean {
    return this.#firsts.has(index);
  }

  /** The inode that has the content: of one that is no twin itself. */
  firstOf(index: number): number {
    return this.#firsts.get(index) ?? index;
  }

  /** All twins, each with its first one, in the order of their data. */
  entries(): Iterable<readonly [number, number]> {
    return this.#firsts;
  }
}

/**
 * What files must have in common to be twins, beside their content. For those that go to the packed inode as a whole only
 * content counts; the others share all that is planned.
 */
function likenessOf(plans: InodePlans): (index: number) => string {
  const whole = new Set(plans.wholeFragments);
  return (index) => (whole.has(index) ? "whole" : `${plans.bodySizes[index]} ${plans.choices[index]}`);
}

/**
 * The files that may have a twin, for all that is known without reading them: another one has as many bytes, and what twins
 * must have in common. Without `dedupe` only those that go to the packed inode as a whole, if those are to be stored once.
 */
export function possibleTwins(inventory: Inventory, plans: InodePlans, settings: Settings): number[] {
  const likeness = likenessOf(plans);
  const fragments = settings.fragments?.dedupe === "off" ? [] : plans.wholeFragments;
  const indexes = settings.dedupe ? plans.order : fragments;
  const keys = new Map<number, string>();
  const counts = new Map<string, number>();
  for (const index of indexes) {
    const isFile = inventory.nodes[index]!.type === FileType.regular;
    if (!isFile || plans.layouts[index] === DataLayout.chunkBased || plans.sizes[index] === 0) continue;
    const key = `${plans.sizes[index]} ${likeness(index)}`;
    keys.set(index, key);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...keys].filter(([, key]) => counts.get(key)! > 1).map(([index]) => index);
}

/** Finds the twins among possible ones by their digests, `SHA256_SIZE` bytes each. */
export function findTwins(indexes: readonly number[], digests: Uint8Array, plans: InodePlans): Twins {
  const likeness = likenessOf(plans);
  const twins = new Twins();
  const firsts = new Map<string, number>();
  for (const [i, index] of indexes.entries()) {
    const digest = fromBytes(digests.subarray(i * SHA256_SIZE, (i + 1) * SHA256_SIZE));
    const key = `${likeness(index)} ${digest}`;
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, index);
    else twins.add(index, first);
  }
  return twins;
}

/** The columns that twins have in common. */
const commonColumns = [
  "layouts",
  "recordSizes",
  "bodySizes",
  "tailSizes",
  "startBlocks",
  "blockCounts",
  "firstExtents",
  "extentCounts",
  "choices",
] as const satisfies readonly (keyof InodePlans)[];

/** Gives each twin what is planned for its first one; of whole fragments, that is done. */
export function copyPlans(plans: InodePlans, twins: Twins): void {
  const columns = commonColumns.map((name) => plans[name]);
  const whole = new Set(plans.wholeFragments);
  for (const [index, first] of twins.entries()) {
    if (whole.has(index)) continue;
    for (const column of columns) column[index] = column[first]!;
    plans.packed?.share(index, first);
  }
}
