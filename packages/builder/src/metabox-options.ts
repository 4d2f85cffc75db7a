import { BuildError } from "@erofs/format";
import {
  type Compression,
  pclusterSizeFault,
  settleCompression,
  type SettledCompression,
} from "./compression.ts";

/** See `BuildOptions.metabox`. */
export interface MetaboxOptions {
  /** The largest cluster of the metabox, bytes: what is decoded to read an inode. Default: the image's. */
  readonly pclusterSize?: number | undefined;
  /** Default: the first of those for files; without any, metadata are stored as they are. */
  readonly compression?: Compression | undefined;
}

/** The index of what the metabox is compressed with, if it is. */
export interface MetaboxSettings {
  readonly compression: number | undefined;
}

/** Adds what the metabox is compressed with to `compressions`. Throws `BuildError` that names the option. */
export function settleMetabox(
  options: MetaboxOptions | undefined,
  first: Compression | undefined,
  compressions: SettledCompression[],
  defaults: {
    readonly blockSize: number;
    readonly pclusterSize: number;
    readonly verify: boolean | undefined;
  },
): MetaboxSettings | undefined {
  if (!options) return undefined;
  const { compression = first, pclusterSize = defaults.pclusterSize } = options;
  const { blockSize, verify } = defaults;
  const fault = pclusterSizeFault(pclusterSize, blockSize, compression?.compressor);
  if (fault !== undefined) throw new BuildError(`metabox: pcluster size ${fault}`);
  if (!compression) return { compression: undefined };
  const own = settleCompression({ ...compression, pclusterSize }, { blockSize, pclusterSize, verify });
  return { compression: compressions.push(own) - 1 };
}
