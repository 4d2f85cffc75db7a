import { createKernels } from "@erofs/core";
import {
  algorithmsOf,
  CorruptImage,
  decodeCompressionConfigs,
  decodeDeviceTable,
  decodeSuperblock,
  DEVICE_SLOT_SIZE,
  type DeviceSlot,
  ErofsError,
  FeatureCompat,
  FeatureIncompat,
  hex,
  type Inode,
  type LongPrefix,
  requireSupported,
  type Superblock,
  SUPERBLOCK_OFFSET,
  SUPERBLOCK_SIZE,
  superblockChecksum,
  superblockChecksumRange,
  superblockSize,
  type XattrEntry,
} from "@erofs/format";
import { ClusterRing } from "./clusters/cluster-ring.ts";
import { createDeviceMap, type DeviceMap } from "./devices.ts";
import type { FileMap } from "./extents/extent.ts";
import { Lru } from "./lru.ts";
import { PageCache } from "./page-cache.ts";
import type { Reading } from "./reading.ts";

export interface OpenOptions {
  /** Bytes of metadata to keep, default 4 MiB. */
  readonly cacheBytes?: number;
  /** Bytes of decoded clusters to keep, default 2 MiB; more when a single cluster is larger. */
  readonly clusterBytes?: number;
  /** Whether a wrong superblock checksum is an error, default true. */
  readonly verifyChecksum?: boolean;
}

/** An opened image: what the superblock says, and the caches. All reading functions take it first. */
export interface ImageState {
  readonly superblock: Superblock;
  readonly blockSize: number;
  /** Bitmap of the algorithms that compressed files may use. */
  readonly algorithms: number;
  readonly devices: DeviceMap;
  readonly cache: PageCache;
  /** Maps of the files read last, by NID. */
  readonly maps: Lru<FileMap>;
  /** Small shared attributes, by id. */
  readonly sharedXattrs: Lru<XattrEntry>;
  /** Decoder memory, made when the first compressed file is read. */
  readonly clusters: () => ClusterRing;
  /** At least `length` bytes for `readView`, the same ones each time. */
  readonly viewBuffer: (length: number) => Uint8Array;
  /** Loaded when first needed. */
  xattrPrefixes: readonly LongPrefix[] | undefined;
  /** Loaded when the first fragment is read. */
  packedInode: Inode | undefined;
}

const SUPPORTED_INCOMPAT =
  FeatureIncompat.lz4ZeroPadding |
  FeatureIncompat.comprCfgs |
  FeatureIncompat.chunkedFile |
  FeatureIncompat.deviceTable |
  FeatureIncompat.ztailpacking |
  FeatureIncompat.fragments |
  FeatureIncompat.xattrPrefixes |
  FeatureIncompat.bit48;

/**
 * Metadata is read in aligned pieces of at least this size, which was measured: half of it takes half as many requests
 * again to walk a tree, twice of it doubles the time of lookups all over a tree.
 */
const MIN_PAGE_SIZE = 8192;
/** Ids are 16 bits on disk; this many keeps the page cache's keys exact. */
const MAX_SOURCES = 8192;
/** What the records of the four known algorithms can take, with room for longer ones. */
const CONFIG_BYTES = 1024;

/**
 * Reads the superblock and what it points to.
 * @param sizes bytes of each source, the primary image first
 * @throws CorruptImage, UnsupportedFeature; ErofsError EINVAL for the wrong number of devices
 */
export function* openState(sizes: readonly number[], options: OpenOptions): Reading<ImageState> {
  if (sizes.length > MAX_SOURCES)
    throw new ErofsError("EINVAL", `${sizes.length - 1} extra devices are too many`);
  const size = sizes[0] as number;
  if (size < SUPERBLOCK_OFFSET + SUPERBLOCK_SIZE) {
    throw new CorruptImage(
      `not an EROFS image: ${size} bytes, expected at least ${SUPERBLOCK_OFFSET + SUPERBLOCK_SIZE}`,
    );
  }
  const superblock = decodeSuperblock(
    yield {
      device: 0,
      offset: SUPERBLOCK_OFFSET,
      length: Math.min(size - SUPERBLOCK_OFFSET, SUPERBLOCK_SIZE + 16),
    },
  );
  requireSupported(superblock.featureIncompat, SUPPORTED_INCOMPAT);
  const blockSize = 2 ** superblock.blockSizeBits;
  const cache = new PageCache(sizes, Math.max(MIN_PAGE_SIZE, blockSize), options.cacheBytes ?? 4 << 20);
  if (options.verifyChecksum ?? true) {
    const fault = yield* checksumFault(cache, superblock);
    if (fault !== undefined) throw new CorruptImage(fault, { offset: SUPERBLOCK_OFFSET + 4 });
  }
  yield* checkConfigs(cache, superblock, size);
  const clusterBytes = options.clusterBytes ?? 2 << 20;
  let clusters: ClusterRing | undefined;
  let viewBuffer = new Uint8Array(0);
  return {
    superblock,
    blockSize,
    algorithms: algorithmsOf(superblock),
    devices: createDeviceMap(sizes, yield* readSlots(cache, superblock), blockSize),
    cache,
    maps: new Lru(64),
    sharedXattrs: new Lru(1024),
    clusters: () => (clusters ??= new ClusterRing(createKernels({ pages: 1 }), clusterBytes)),
    viewBuffer: (length) => (viewBuffer = viewBuffer.length < length ? new Uint8Array(length) : viewBuffer),
    xattrPrefixes: undefined,
    packedInode: undefined,
  };
}

/** What is wrong with the superblock's checksum, if anything. */
export function* checksumFault(cache: PageCache, superblock: Superblock): Reading<string | undefined> {
  if ((superblock.featureCompat & FeatureCompat.superblockChecksum) === 0) return undefined;
  const { start, length } = superblockChecksumRange(2 ** superblock.blockSizeBits);
  const found = superblockChecksum(yield* cache.read(0, start, length));
  if (found === superblock.checksum) return undefined;
  return `superblock checksum ${hex(superblock.checksum)}, the bytes have ${hex(found)}`;
}

/** Refuses a superblock whose compression records do not parse. */
function* checkConfigs(cache: PageCache, superblock: Superblock, size: number): Reading<void> {
  if ((superblock.featureIncompat & FeatureIncompat.comprCfgs) === 0) return;
  const start = SUPERBLOCK_OFFSET + superblockSize(superblock);
  const length = Math.min(CONFIG_BYTES, Math.max(0, size - start));
  decodeCompressionConfigs(yield* cache.read(0, start, length), superblock.availableAlgorithms);
}

function* readSlots(cache: PageCache, superblock: Superblock): Reading<DeviceSlot[]> {
  const { featureIncompat, extraDevices, deviceTableSlot } = superblock;
  if ((featureIncompat & FeatureIncompat.deviceTable) === 0 || extraDevices === 0) return [];
  const bytes = yield* cache.read(0, deviceTableSlot * DEVICE_SLOT_SIZE, extraDevices * DEVICE_SLOT_SIZE);
  return decodeDeviceTable(bytes, extraDevices, (featureIncompat & FeatureIncompat.bit48) !== 0);
}
