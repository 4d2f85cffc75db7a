import type { Compressor } from "@erofs/compressor";
import { Algorithm, BuildError, type ByteString, MAX_PCLUSTER_SIZE } from "@erofs/format";

/** `auto`: compact where nothing is lost, else extended. */
export type InodeForm = "auto" | "compact" | "extended";

export interface Progress {
  readonly phase: "compress" | "write";
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface BuildOptions {
  /** Bytes, a power of two from 512 to 65536. Linux mounts sizes up to its page size. Default 4096. */
  readonly blockSize?: number;
  /** The largest physical cluster in bytes: a multiple of the block size up to 1 MiB. Default: one block. */
  readonly pclusterSize?: number;
  /** Absent: nothing is compressed. */
  readonly compressor?: Compressor | undefined;
  /** Default: the compressor's own. */
  readonly level?: number | undefined;
  /** Volume label, at most 16 bytes (kernels before 6.15 want at most 15). */
  readonly volumeName?: ByteString;
  /** 16 bytes. Default: derived from the tree and the options, so that equal inputs give equal images. */
  readonly uuid?: Uint8Array | undefined;
  /** Seconds since 1970. Default: the newest mtime in the tree. */
  readonly buildTime?: number | undefined;
  /** Keep the last partial block of flat files behind their inodes. Default true. */
  readonly inlineData?: boolean;
  readonly inodeForm?: InodeForm;
  /** An xattr that more than this many inodes have is stored once. Default 2. */
  readonly xattrTolerance?: number;
  /** Eight-byte cluster indexes, as kernels before 5.3 need them, instead of compact ones. */
  readonly legacyIndex?: boolean;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options with every default filled in and every value checked. */
export interface Settings {
  readonly blockSize: number;
  readonly blockSizeBits: number;
  readonly pclusterSize: number;
  readonly compressor: Compressor | undefined;
  readonly level: number;
  readonly volumeName: ByteString;
  readonly uuid: Uint8Array | undefined;
  readonly buildTime: number | undefined;
  readonly inlineData: boolean;
  readonly inodeForm: InodeForm;
  readonly xattrTolerance: number;
  readonly legacyIndex: boolean;
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

/** Checks `options` and fills in the defaults. Throws `BuildError` EINVAL that names the option. */
export function settle(options: BuildOptions): Settings {
  const { blockSize = 4096, compressor, xattrTolerance = 2 } = options;
  const blockSizeBits = Math.log2(blockSize);
  if (!Number.isInteger(blockSizeBits) || blockSizeBits < 9 || blockSizeBits > 16) {
    throw new BuildError(`block size ${blockSize}: expected a power of two from 512 to 65536`);
  }
  const { pclusterSize = blockSize } = options;
  const fault = pclusterSizeFault(pclusterSize, blockSize, compressor);
  if (fault !== undefined) throw new BuildError(`pcluster size ${fault}`);
  const levels = compressor?.levels;
  const level = options.level ?? levels?.default ?? 0;
  if (levels && (!Number.isInteger(level) || level < levels.min || level > levels.max)) {
    throw new BuildError(`level ${level}: ${compressor.name} has levels ${levels.min} to ${levels.max}`);
  }
  const { volumeName = "", uuid } = options;
  if (volumeName.length > 16) {
    throw new BuildError(`volume label of ${volumeName.length} bytes: at most 16 fit`);
  }
  if (uuid && uuid.length !== 16) throw new BuildError(`UUID of ${uuid.length} bytes: expected 16`);
  if (!Number.isInteger(xattrTolerance) || xattrTolerance < 0) {
    throw new BuildError(`xattr tolerance ${xattrTolerance}: expected a whole number from 0`);
  }
  return {
    blockSize,
    blockSizeBits,
    pclusterSize,
    compressor,
    level,
    volumeName,
    uuid,
    buildTime: options.buildTime,
    inlineData: options.inlineData ?? true,
    inodeForm: options.inodeForm ?? "auto",
    xattrTolerance,
    legacyIndex: options.legacyIndex ?? false,
  };
}
