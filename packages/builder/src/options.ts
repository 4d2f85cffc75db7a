import type { Compressor } from "@erofs/compressor";
import { BuildError, type ByteString, MAX_EXTENT_SIZE } from "@erofs/format";
import { type ChunkEntries, type ChunkOptions, type ChunkSettings, settleChunks } from "./chunk-options.ts";
import {
  type Compression,
  isPrivate,
  pclusterSizeFault,
  settleCompression,
  type SettledCompression,
} from "./compression.ts";
import { type MetaboxOptions, type MetaboxSettings, settleMetabox } from "./metabox-options.ts";
import { type PlacementOptions, type PlacementSettings, settlePlacement } from "./placement-options.ts";
import { settleXattrs, type XattrOptions, type XattrSettings } from "./xattr-options.ts";
import { checkConfig } from "./plan/compression-configs.ts";

/** `auto`: compact where nothing is lost, else extended. */
export type InodeForm = "auto" | "compact" | "extended";

export interface Progress {
  readonly phase: "compare" | "compress" | "write";
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** How `auto` decides, see `BuildOptions.auto`. */
export interface AutoCompression {
  /** Indexes of `BuildOptions.compressions`, from the one that is fastest to read on. Default: all, in their order. */
  readonly candidates?: readonly number[] | undefined;
  /** The share of a file's stored size, above 0 and below 1, that a slower candidate must save. Default 0.1. */
  readonly worth?: number | undefined;
}

export type FragmentDedupe = "full" | "inode" | "off";

/** See `BuildOptions.fragments`. */
export interface FragmentOptions {
  /** Whether all compressed files go there, whatever their size. Default false. */
  readonly all?: boolean | undefined;
  /** The largest cluster of the packed inode, bytes. Default: the image's. */
  readonly pclusterSize?: number | undefined;
  /**
   * Which fragments are stored once where they are equal: all, those of whole inodes only, or none ("off"). Finding whole
   * ones has those files read twice that are as large as another. Default "full".
   */
  readonly dedupe?: FragmentDedupe | undefined;
}

/** How one file is compressed: an index of `BuildOptions.compressions`, or not at all. */
export type FileCompression = number | "none";

export interface BuildOptions extends PlacementOptions, XattrOptions {
  /** Bytes, a power of two from 512 to 65536. Linux mounts sizes up to its page size. Default 4096. */
  readonly blockSize?: number;
  /** The largest physical cluster in bytes: a multiple of the block size up to 1 MiB. Default: one block. */
  readonly pclusterSize?: number;
  /** The compressor of all files. Absent, as `compressions`: nothing is compressed. */
  readonly compressor?: Compressor | undefined;
  /** Of `compressor`. Default: its own. */
  readonly level?: number | undefined;
  /** Of `compressor`, bytes. Default: its own. */
  readonly dictSize?: number | undefined;
  /** Of `compressor`, which says what there is. */
  readonly extra?: Readonly<Record<string, number>> | undefined;
  /**
   * All compressions that may be used in the image, in place of `compressor`. The first one is for the files of which
   * nothing else is said.
   */
  readonly compressions?: readonly Compression[] | undefined;
  /**
   * Asked once for each regular file that could be compressed, with one of its paths ("usr/bin/env") and its size in
   * bytes. Undefined: as any file. It must answer the same for the same file, or the image is another each time.
   */
  readonly compressionOf?: ((path: ByteString, size: number) => FileCompression | undefined) | undefined;
  /** Present: files of which nothing else is said are compressed by what pays, each for itself. */
  readonly auto?: AutoCompression | undefined;
  /**
   * Decode each cluster once it is made, and compare: one that is not the file's ends the build. Default: for private
   * algorithms only.
   */
  readonly verify?: boolean | undefined;
  /** Volume label, at most 16 bytes (kernels before 6.15 want at most 15). */
  readonly volumeName?: ByteString;
  /** 16 bytes. Default: derived from the tree and the options, so that equal inputs give equal images. */
  readonly uuid?: Uint8Array | undefined;
  /** Seconds since 1970. Default: the newest mtime in the tree. */
  readonly buildTime?: number | undefined;
  /** Keep the last partial block of flat files behind their inodes. Default true. */
  readonly inlineData?: boolean;
  /**
   * Keep the last cluster of compressed files behind their inodes when it takes less than a block, and compress files
   * of less than a block too. Linux reads them from 5.17 on. Default false.
   */
  readonly tailPacking?: boolean;
  /**
   * Present: the ends of files that would have a cluster of their own that is not full, and files that are not larger
   * than a cluster, go to the packed inode, which is compressed as one file. Equal ones go there once. Linux reads them
   * from 6.1 on. Nothing without compression.
   */
  readonly fragments?: FragmentOptions | undefined;
  /**
   * Compress directories, small ones together in the packed inode, when there is a compressor. Linux reads them from
   * 6.1 on. Default false.
   */
  readonly compressDirectories?: boolean;
  /** Leave "." out of directories, where Linux from 6.15 on needs none; older kernels refuse the image. Default false. */
  readonly dotOmitted?: boolean;
  /**
   * The most bytes that one cluster decodes to, at least a block: it bounds what reading a single byte costs. Default: as
   * many as fit it, up to 12 MiB.
   */
  readonly maxExtentBytes?: number | undefined;
  /**
   * Present: inodes and what follows them, small directories and the ends of files too, go to the metabox, which is compressed
   * as one file. Implies `addressing` of 48 bits. Linux mounts such images from 6.17 on.
   */
  readonly metabox?: MetaboxOptions | undefined;
  /**
   * Store once what files have in common: equal files, and of those with a compression of their own ranges of 8 KiB and
   * more. Linux reads shared ranges from 6.1 on, or 6.8 where they are neither compressed nor whole blocks. Default false.
   */
  readonly dedupe?: boolean;
  /**
   * Present: regular files that are not to be compressed are made of chunks, of which equal ones are stored once and
   * those of zeros not at all. What was to be compressed and does not shrink is stored without.
   */
  readonly chunks?: ChunkOptions | undefined;
  /** Default `auto`. */
  readonly chunkEntries?: ChunkEntries;
  /**
   * Paths ("usr/bin/env", "" for the root) of files whose data are stored before those of others, in this order; a directory
   * stands for all in it. What is read together is then read in one go. Others follow in the order of the tree.
   */
  readonly dataOrder?: readonly ByteString[] | undefined;
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
  readonly compressions: readonly SettledCompression[];
  readonly compressionOf: NonNullable<BuildOptions["compressionOf"]> | undefined;
  readonly auto: { readonly candidates: readonly number[]; readonly worth: number } | undefined;
  readonly volumeName: ByteString;
  readonly uuid: Uint8Array | undefined;
  readonly buildTime: number | undefined;
  readonly inlineData: boolean;
  readonly tailPacking: boolean;
  readonly dedupe: boolean;
  readonly chunks: ChunkSettings | undefined;
  readonly chunkEntries: ChunkEntries;
  readonly dataOrder: readonly ByteString[];
  readonly fragments: { readonly all: boolean; readonly dedupe: FragmentDedupe } | undefined;
  readonly compressDirectories: boolean;
  /** What the packed inode is compressed with, an index of `compressions`; absent where there is none. */
  readonly packed: { readonly compression: number } | undefined;
  readonly dotOmitted: boolean;
  readonly maxExtentBytes: number;
  readonly inodeForm: InodeForm;
  readonly xattrTolerance: number;
  readonly legacyIndex: boolean;
  readonly placement: PlacementSettings;
  readonly metabox: MetaboxSettings | undefined;
  readonly xattrs: XattrSettings;
}

/** Checks `options` and fills in the defaults. Throws `BuildError` EINVAL that names the option. */
export function settle(options: BuildOptions): Settings {
  const { blockSize = 4096, xattrTolerance = 2, chunkEntries = "auto" } = options;
  const blockSizeBits = Math.log2(blockSize);
  if (!Number.isInteger(blockSizeBits) || blockSizeBits < 9 || blockSizeBits > 16) {
    throw new BuildError(`block size ${blockSize}: expected a power of two from 512 to 65536`);
  }
  const named = namedCompressions(options);
  const compressions = settleCompressions(named, options, blockSize);
  const packed = settlePacked(options, named[0], compressions, blockSize);
  const { pclusterSize = blockSize, verify } = options;
  const metabox = settleMetabox(options.metabox, named[0], compressions, { blockSize, pclusterSize, verify });
  const placement = settlePlacement(options, blockSize);
  const { volumeName = "", uuid, maxExtentBytes = MAX_EXTENT_SIZE } = options;
  if (!Number.isInteger(maxExtentBytes) || maxExtentBytes < blockSize) {
    throw new BuildError(
      `extents of at most ${maxExtentBytes} bytes: expected at least a block, ${blockSize}`,
    );
  }
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
    compressions,
    // What the metabox is compressed with is not for files.
    compressionOf: named.length === 0 ? () => "none" : options.compressionOf,
    auto: settleAuto(options.auto, named.length),
    volumeName,
    uuid,
    buildTime: options.buildTime,
    inlineData: options.inlineData ?? true,
    tailPacking: options.tailPacking ?? false,
    dedupe: options.dedupe ?? false,
    chunks: settleChunks(options.chunks, chunkEntries, blockSize),
    chunkEntries,
    dataOrder: options.dataOrder ?? [],
    fragments: packed && settleFragments(options.fragments),
    compressDirectories: packed !== undefined && options.compressDirectories === true,
    packed,
    dotOmitted: options.dotOmitted ?? false,
    maxExtentBytes: Math.min(maxExtentBytes, MAX_EXTENT_SIZE),
    inodeForm: options.inodeForm ?? "auto",
    xattrTolerance,
    legacyIndex: options.legacyIndex ?? false,
    placement: { ...placement, bit48: placement.bit48 || metabox !== undefined },
    metabox,
    xattrs: settleXattrs(options),
  };
}

/** One byte a file says which compression it has. */
const maxCompressions = 128;

function namedCompressions(options: BuildOptions): readonly Compression[] {
  const { compressor, level, dictSize, extra } = options;
  if (compressor && options.compressions) {
    throw new BuildError("compressor and compressions: expected one of them");
  }
  const all = options.compressions ?? (compressor ? [{ compressor, level, dictSize, extra }] : []);
  if (all.length > maxCompressions) {
    throw new BuildError(`${all.length} compressions: expected at most ${maxCompressions}`);
  }
  return all;
}

function settleCompressions(
  all: readonly Compression[],
  { pclusterSize, verify }: BuildOptions,
  blockSize: number,
): SettledCompression[] {
  const size = pclusterSize ?? blockSize;
  const fault = pclusterSizeFault(size, blockSize);
  if (fault !== undefined) throw new BuildError(`pcluster size ${fault}`);
  const settled = all.map((one) => settleCompression(one, { blockSize, pclusterSize: size, verify }));
  for (const one of settled) checkConfig(one, blockSize);
  checkPrivate(settled);
  return settled;
}

function settleFragments(fragments: FragmentOptions | undefined): Settings["fragments"] {
  if (!fragments) return undefined;
  const { all = false, dedupe = "full" } = fragments;
  if (!["full", "inode", "off"].includes(dedupe)) {
    throw new BuildError(`fragments.dedupe ${dedupe}: expected "full", "inode" or "off"`);
  }
  return { all, dedupe };
}

/** The packed inode has the first compression. Adds one to `compressions` where its clusters have another size. */
function settlePacked(
  { fragments, compressDirectories = false, verify }: BuildOptions,
  first: Compression | undefined,
  compressions: SettledCompression[],
  blockSize: number,
): Settings["packed"] {
  if (!first || (!fragments && !compressDirectories)) return undefined;
  const usual = compressions[0]!.encoderOptions.maxOutput;
  const { pclusterSize = usual } = fragments ?? {};
  if (pclusterSize === usual) return { compression: 0 };
  const own = settleCompression({ ...first, pclusterSize }, { blockSize, pclusterSize, verify });
  return { compression: compressions.push(own) - 1 };
}

/** An image says once what a private algorithm is: it has one compressor, with one record. */
function checkPrivate(compressions: readonly SettledCompression[]): void {
  const seen = new Map<number, SettledCompression>();
  for (const one of compressions) {
    const { name, algorithm, module } = one.compressor;
    if (!isPrivate(algorithm)) continue;
    const other = seen.get(algorithm);
    seen.set(algorithm, one);
    if (!other) continue;
    if (other.compressor.name !== name || other.compressor.module !== module) {
      const both = [other, one].map(({ compressor: c }) => (c.module ? `${c.name} (${c.module})` : c.name));
      throw new BuildError(
        `private algorithm ${algorithm} is that of two compressors: ${both.join(" and ")}`,
      );
    }
    if (!sameBytes(one.config, other.config)) {
      throw new BuildError(`${name}: its options need two configuration records, and an image has one`);
    }
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function settleAuto(auto: AutoCompression | undefined, count: number): Settings["auto"] {
  if (!auto) return undefined;
  const { candidates = Array.from({ length: count }, (_, i) => i), worth = 0.1 } = auto;
  if (candidates.length === 0) throw new BuildError("automatic compression: there are no candidates");
  for (const candidate of candidates) checkIndex("automatic compression", candidate, count);
  if (!(worth > 0 && worth < 1)) {
    throw new BuildError(`automatic compression: worth ${worth}, expected a share between 0 and 1`);
  }
  return { candidates, worth };
}

/** Throws where `index` is not one of `count` compressions. */
export function checkIndex(what: string, index: unknown, count: number): asserts index is number {
  if (typeof index === "number" && Number.isInteger(index) && index >= 0 && index < count) return;
  throw new BuildError(`${what}: there is no compression ${String(index)}, expected one of ${count}`);
}
