/** `EROFS_SUPER_MAGIC_V1`. */
export const SUPERBLOCK_MAGIC = 0xe0f5e1e2;
/** Byte offset of the superblock in the image. */
export const SUPERBLOCK_OFFSET = 1024;
/** Bytes of the superblock without extension slots. */
export const SUPERBLOCK_SIZE = 128;
/** Bytes of one extension slot (`sb_extslots`). */
export const SUPERBLOCK_SLOT_SIZE = 16;

export const MIN_BLOCK_SIZE_BITS = 9;
export const MAX_BLOCK_SIZE_BITS = 16;

/** NIDs count units of this many bytes; inodes are aligned to it. */
export const INODE_SLOT_SIZE = 32;

/**
 * "No block here": a hole in a chunk table, or a flat file without any block. On disk this is all ones, in 32 or
 * in 48 bits.
 */
export const NULL_BLOCK = 0xffffffff;

/** One more than the largest 48-bit block number. */
export const BLOCK_NUMBER_LIMIT = 2 ** 48;

/** The most bytes that a physical cluster stores. */
export const MAX_PCLUSTER_SIZE = 1 << 20;
/** The most bytes that one compressed extent decodes to. */
export const MAX_EXTENT_SIZE = 12 << 20;

export const MAX_NAME_LENGTH = 255;

/** `feature_compat`: bits that a reader may ignore. */
export const FeatureCompat = {
  superblockChecksum: 0x01,
  mtime: 0x02,
  xattrFilter: 0x04,
  sharedXattrsInMetabox: 0x08,
  plainXattrPrefixes: 0x10,
  ishareXattrs: 0x20,
} as const;

/** `feature_incompat`: bits that a reader must know. */
export const FeatureIncompat = {
  lz4ZeroPadding: 0x001,
  /** Also says that pclusters may be larger than one block. */
  comprCfgs: 0x002,
  chunkedFile: 0x004,
  /** Also says that HEAD2 lclusters may occur. */
  deviceTable: 0x008,
  ztailpacking: 0x010,
  /** Also says that extents may share pclusters (deduplication). */
  fragments: 0x020,
  xattrPrefixes: 0x040,
  bit48: 0x080,
  metabox: 0x100,
  /** Of this toolkit alone: files may be compressed in ways that only a plugin knows. Kernels refuse the image by it. */
  privateAlgorithm: 0x80000000,
} as const;

/** `i_format` bits 1–3: how an inode's content is found. */
export const DataLayout = {
  flatPlain: 0,
  compressedFull: 1,
  flatInline: 2,
  compressedCompact: 3,
  chunkBased: 4,
} as const;
export type DataLayout = (typeof DataLayout)[keyof typeof DataLayout];

/** Ids of the compression algorithms that Linux knows. The others, 4 to 15, are private ones, named by their configs. */
export const Algorithm = { lz4: 0, lzma: 1, deflate: 2, zstd: 3 } as const;
