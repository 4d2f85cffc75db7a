import type { Reading } from "../reading.ts";

/**
 * How a range of a file's bytes is stored:
 * - `hole`: not at all, it reads as zeros;
 * - `data`: as it is, byte for byte (flat and chunk-based files);
 * - `inline`: as `data`, but among the metadata, behind the inode;
 * - `plain`: as it is, in a cluster of a compressed file;
 * - `interlaced`: as `plain`, but rotated inside its block;
 * - `compressed`: as a cluster to be decoded;
 * - `fragment`: in the content of the packed inode.
 */
export type ExtentKind = "hole" | "data" | "inline" | "plain" | "interlaced" | "compressed" | "fragment";

/** A range of a file's bytes and where it is stored. Positions and lengths in bytes. */
export interface Extent {
  readonly kind: ExtentKind;
  /** Where in the file it starts. */
  readonly logical: number;
  readonly length: number;
  /** Index of the source: 0 is the primary image; what is inline may be in the `METABOX`. */
  readonly device: number;
  /** On the device; for a fragment, in the packed inode's content. */
  readonly physical: number;
  /** Stored bytes, padding included. */
  readonly stored: number;
  /** Algorithm id; only for `compressed`. */
  readonly algorithm: number;
  /** The cluster decodes to more than `length` bytes, or may (`PARTIAL_REF`). */
  readonly partial: boolean;
}

/** Finds a file's extents. One is made per inode and kept for a while, with what it has learned of the index. */
export interface FileMap {
  /** The extent that holds byte `offset` < `i_size`, or undefined when `load` has to read for it. */
  find(offset: number): Extent | undefined;
  load(offset: number): Reading<Extent>;
}

/** An extent of bytes that stand somewhere as they are. */
export function storedExtent(
  kind: ExtentKind,
  logical: number,
  length: number,
  device: number,
  physical: number,
  stored = length,
): Extent {
  return { kind, logical, length, device, physical, stored, algorithm: 0, partial: false };
}

/** An extent of zeros that are stored nowhere. */
export function holeExtent(logical: number, length: number): Extent {
  return storedExtent("hole", logical, length, 0, 0, 0);
}

/** `load` of a map that knows all its extents from the start. */
export function neverLoads(): never {
  throw new TypeError("this map has nothing to load");
}
