import {
  Algorithm,
  checkCompressor,
  checkOptions,
  type Compressor,
  type EncoderOptions,
  PRIVATE_ALGORITHMS,
} from "@erofs/compressor";
import { BuildError, MAX_PCLUSTER_SIZE } from "@erofs/format";

/** A compressor and how it is used. */
export interface Compression {
  readonly compressor: Compressor;
  /** Default: the compressor's own. */
  readonly level?: number | undefined;
  /** Bytes, for compressors that have dictionary sizes. Default: the compressor's own. */
  readonly dictSize?: number | undefined;
  /** The compressor's own options. Default: what it makes of none. */
  readonly extra?: Readonly<Record<string, number>> | undefined;
  /** Default: the image's. */
  readonly pclusterSize?: number | undefined;
  /** Default: the image's. */
  readonly verify?: boolean | undefined;
}

/** A compression with every default filled in and every value checked. */
export interface SettledCompression {
  readonly compressor: Compressor;
  readonly encoderOptions: EncoderOptions;
  readonly verify: boolean;
  /** The compressor's record for the superblock, as if it alone were used. */
  readonly config: Uint8Array;
}

/** Whether an algorithm is one of a plugin's own, which no kernel reads. */
export function isPrivate(algorithm: number): boolean {
  return algorithm >= PRIVATE_ALGORITHMS.min;
}

/**
 * Linux refuses LZ4 images with clusters of more than 256 blocks, whatever the block size ("too large lz4
 * pclusterblks" on 6.18); for the others an index has 11 bits for the number.
 */
function maxClusterBlocks(compressor: Compressor | undefined): number {
  return compressor?.algorithm === Algorithm.lz4 ? 256 : 2047;
}

/** What is wrong with physical clusters of `pclusterSize` bytes in an image of blocks of `blockSize`, if anything. */
export function pclusterSizeFault(
  pclusterSize: number,
  blockSize: number,
  compressor?: Compressor,
): string | undefined {
  if (pclusterSize > MAX_PCLUSTER_SIZE) return `${pclusterSize} is above 1 MiB (${MAX_PCLUSTER_SIZE})`;
  if (pclusterSize < blockSize || pclusterSize % blockSize !== 0) {
    return `${pclusterSize} is not a multiple of the block size ${blockSize}`;
  }
  const most = maxClusterBlocks(compressor);
  if (pclusterSize / blockSize <= most) return undefined;
  const remedy = compressor
    ? `: at most ${most * blockSize} with blocks of ${blockSize} and ${compressor.name}`
    : "";
  return `${pclusterSize} has more than ${most} blocks of ${blockSize}${remedy}`;
}

/** What compressions are settled by, beside what they say themselves. */
export interface CompressionDefaults {
  readonly blockSize: number;
  readonly pclusterSize: number;
  readonly verify: boolean | undefined;
}

/** Checks a compression and fills in the defaults. Throws `BuildError` EINVAL that names the compressor. */
export function settleCompression(
  compression: Compression,
  { blockSize, ...defaults }: CompressionDefaults,
): SettledCompression {
  const { compressor, pclusterSize = defaults.pclusterSize } = compression;
  const checked = checkedOptions(compression);
  const fault = pclusterSizeFault(pclusterSize, blockSize, compressor);
  if (fault !== undefined) throw new BuildError(`pcluster size ${fault}`);
  const encoderOptions = { ...checked, maxOutput: pclusterSize };
  return {
    compressor,
    encoderOptions,
    verify: compression.verify ?? defaults.verify ?? isPrivate(compressor.algorithm),
    config: configOf(compressor, encoderOptions, blockSize),
  };
}

function checkedOptions(compression: Compression): Omit<EncoderOptions, "maxOutput"> {
  const { compressor, level, dictSize, extra } = compression;
  try {
    checkCompressor(compressor, `compressor ${compressor.name}`);
    return checkOptions(compressor, {
      ...(level === undefined ? {} : { level }),
      ...(dictSize === undefined ? {} : { dictSize }),
      ...(extra === undefined ? {} : { extra }),
    });
  } catch (cause) {
    throw cause instanceof Error ? new BuildError(cause.message, { cause }) : cause;
  }
}

function configOf(compressor: Compressor, options: EncoderOptions, blockSize: number): Uint8Array {
  const { name } = compressor;
  let config: unknown;
  try {
    config = compressor.config({ ...options, blockSize });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "it threw no error";
    throw new BuildError(`${name}: no configuration record: ${reason}`, { cause }, "EPROTO");
  }
  if (config instanceof Uint8Array) return config.slice();
  throw new BuildError(`${name}: its configuration record is no Uint8Array`, {}, "EPROTO");
}
