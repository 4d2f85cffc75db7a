import { Algorithm, MAX_PCLUSTER_SIZE } from "@erofs/format";
import type { Extent, ExtentKind } from "../extents/extent.ts";

/*
 * 64 bits, from the lowest: 2 for the kind and 13 for where in its block the extent begins. Of data, a bit that is 0 and 48
 * for the length. Of clusters, which have at most 1 MiB and decode to 12 MiB, 1 for whether they are partial, 4 for the
 * algorithm, 20 for the stored length less 1 and 24 for the decoded length.
 */
const kinds: readonly ExtentKind[] = ["data", "plain", "interlaced", "compressed"];
const MAX_POSITION = 2 ** 13;
const DATA_LENGTH = 16n;
const PARTIAL_BIT = 15;
const ALGORITHM_BIT = 16;
const STORED = 20n;
const LENGTH = 40n;

const KIND = 0b11n;
const COMPRESSED = 0b11n;
const PARTIAL = 1n << BigInt(PARTIAL_BIT);

/**
 * What an extent that begins at `position` of its block is remembered as: never 0, below 2^64. Undefined for kinds that are
 * not remembered, and for positions and lengths that there is no room for.
 */
export function recordOf(extent: Extent, position: number): bigint | undefined {
  const { length, stored, algorithm, partial } = extent;
  const kind = kinds.indexOf(extent.kind);
  if (kind < 0 || position >= MAX_POSITION) return undefined;
  const low = (position << 2) | kind;
  if (extent.kind === "data") {
    return length < 2 ** 48 ? (BigInt(length) << DATA_LENGTH) | BigInt(low) : undefined;
  }
  if (length >= 2 ** 24 || stored > MAX_PCLUSTER_SIZE) return undefined;
  const flags = (partial ? 1 << PARTIAL_BIT : 0) | (algorithm << ALGORITHM_BIT);
  return (BigInt(length * MAX_PCLUSTER_SIZE + stored - 1) << STORED) | BigInt(low | flags);
}

/**
 * Whether what the record `known` tells of, being sound, makes what `wanted` tells of sound: with the same beginning, and
 * as long. A whole cluster is no longer whole when it is cut. Nothing is made sound by 0.
 */
export function covers(known: bigint, wanted: bigint): boolean {
  if (known === wanted) return true;
  const kind = wanted & KIND;
  if (kind === 0n) {
    return (
      lowest(known, DATA_LENGTH) === lowest(wanted, DATA_LENGTH) &&
      known >> DATA_LENGTH > wanted >> DATA_LENGTH
    );
  }
  if (kind !== COMPRESSED) return lowest(known, LENGTH) === lowest(wanted, LENGTH) && known > wanted;
  // Private algorithms have no parts of clusters.
  const isPublic = lowest(wanted, STORED) >> BigInt(ALGORITHM_BIT) <= BigInt(Algorithm.zstd);
  return (
    isPublic &&
    (wanted & PARTIAL) !== 0n &&
    lowest(known | PARTIAL, LENGTH) === lowest(wanted, LENGTH) &&
    known >> LENGTH >= wanted >> LENGTH
  );
}

function lowest(record: bigint, bits: bigint): bigint {
  return record & ((1n << bits) - 1n);
}
