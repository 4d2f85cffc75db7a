import { createKernels } from "@erofs/core";
import {
  algorithmsOf,
  CorruptImage,
  decodeCompressionConfigs,
  decodeDeviceTable,
  decodePrivateConfig,
  decodeSuperblock,
  DEVICE_SLOT_SIZE,
  type DeviceSlot,
  ErofsError,
  FeatureCompat,
  FeatureIncompat,
  hex,
  type Inode,
  requireSupported,
  type Superblock,
  SUPERBLOCK_OFFSET,
  SUPERBLOCK_SIZE,
  superblockChecksum,
  superblockChecksumRange,
  superblockSize,
} from "@erofs/format";
import { ClusterRing } from "./clusters/cluster-ring.ts";
import { createDeviceMap } from "./devices.ts";
import type { ImageState, OpenOptions } from "./image-state.ts";
import { Lru } from "./lru.ts";
import { PageCache } from "./page-cache.ts";
import { isPrivate, type PrivateAlgorithm, type PrivateDecoder } from "./private-decoders.ts";
import { readInto } from "./read.ts";
import type { Reading } from "./reading.ts";

const SUPPORTED_INCOMPAT =
  FeatureIncompat.lz4ZeroPadding |
  FeatureIncompat.comprCfgs |
  FeatureIncompat.chunkedFile |
  FeatureIncompat.deviceTable |
  FeatureIncompat.ztailpacking |
  FeatureIncompat.fragments |
  FeatureIncompat.xattrPrefixes |
  FeatureIncompat.bit48 |
  FeatureIncompat.metabox |
  FeatureIncompat.privateAlgorithm;

/**
 * Metadata is read in aligned pieces of at least this size, which was measured: half of it takes half as many requests
 * again to walk a tree, twice of it doubles the time of lookups all over a tree.
 */
const MIN_PAGE_SIZE = 8192;
/** What is kept where nobody says how much. */
const CACHE_BYTES = 4 << 20;
const CLUSTER_BYTES = 2 << 20;
/** Ids are 16 bits on disk; this many keeps the page cache's keys exact. */
const MAX_SOURCES = 8192;
/** What the records of the four known algorithms can take, with room for longer ones. */
const CONFIG_BYTES = 1024;
/** What twelve private ones can take besides: their names and up to 1 KiB each. */
const PRIVATE_CONFIG_BYTES = 12 * (6 + 255 + 1024);

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
  const cache = new PageCache(sizes, Math.max(MIN_PAGE_SIZE, blockSize), options.cacheBytes ?? CACHE_BYTES);
  if (options.verifyChecksum ?? true) {
    const fault = yield* checksumFault(cache, superblock);
    if (fault !== undefined) throw new CorruptImage(fault, { offset: SUPERBLOCK_OFFSET + 4 });
  }
  const compressionConfigs = yield* readConfigs(cache, superblock, size);
  const privateAlgorithms = privateOnes(superblock, compressionConfigs, options.decoders ?? []);
  const ringBytes = options.clusterBytes ?? CLUSTER_BYTES;
  let clusterBytes = ringBytes;
  let clusters: ClusterRing | undefined;
  let viewBuffer = new Uint8Array(0);
  const state: ImageState = {
    superblock,
    blockSize,
    algorithms: algorithmsOf(superblock),
    compressionConfigs,
    matchWindows: new Map(),
    privateAlgorithms,
    devices: createDeviceMap(sizes, yield* readSlots(cache, superblock), blockSize),
    cache,
    maps: new Lru(64),
    sharedXattrs: new Lru(1024),
    clusters() {
      if (clusters === undefined) {
        // Memory for all that was asked for at once, as views of it are lost when it grows; none of it is touched yet.
        clusters = new ClusterRing(createKernels({ pages: 1 }), ringBytes, options.onDecoderMemory);
        clusters.resize(clusterBytes);
      }
      return clusters;
    },
    resizeCaches(wanted) {
      cache.resize(wanted.cacheBytes ?? CACHE_BYTES);
      clusterBytes = wanted.clusterBytes ?? CLUSTER_BYTES;
      clusters?.resize(clusterBytes);
    },
    viewBuffer: (length) => (viewBuffer = viewBuffer.length < length ? new Uint8Array(length) : viewBuffer),
    clusterWork: 0,
    xattrPrefixes: undefined,
    packedInode: undefined,
    metabox: undefined,
  };
  cache.metabox = {
    get size() {
      return state.metabox?.size ?? 0;
    },
    read: (offset, target) => readInto(state, state.metabox as Inode, offset, target),
  };
  return state;
}

/** What is wrong with the superblock's checksum, if anything. */
export function* checksumFault(cache: PageCache, superblock: Superblock): Reading<string | undefined> {
  if ((superblock.featureCompat & FeatureCompat.superblockChecksum) === 0) return undefined;
  const { start, length } = superblockChecksumRange(2 ** superblock.blockSizeBits);
  const found = superblockChecksum(yield* cache.read(0, start, length));
  if (found === superblock.checksum) return undefined;
  return `superblock checksum ${hex(superblock.checksum)}, the bytes have ${hex(found)}`;
}

function hasPrivate({ featureIncompat }: Superblock): boolean {
  return (featureIncompat & FeatureIncompat.privateAlgorithm) !== 0;
}

/** The compression records by algorithm. Refuses a superblock whose records do not parse. */
function* readConfigs(
  cache: PageCache,
  superblock: Superblock,
  size: number,
): Reading<ReadonlyMap<number, Uint8Array>> {
  const { featureIncompat, availableAlgorithms } = superblock;
  if ((featureIncompat & FeatureIncompat.comprCfgs) === 0) return new Map();
  const start = SUPERBLOCK_OFFSET + superblockSize(superblock);
  const wanted = CONFIG_BYTES + (hasPrivate(superblock) ? PRIVATE_CONFIG_BYTES : 0);
  const bytes = yield* cache.read(0, start, Math.min(wanted, Math.max(0, size - start)));
  // Copies: what was read is the cache's.
  return new Map(
    [...decodeCompressionConfigs(bytes, availableAlgorithms)].map(([id, config]) => [id, config.slice()]),
  );
}

/** The private algorithms, with who decodes them. @throws CorruptImage for a record without a name */
function privateOnes(
  superblock: Superblock,
  configs: ReadonlyMap<number, Uint8Array>,
  decoders: readonly PrivateDecoder[],
): Map<number, PrivateAlgorithm> {
  const found = new Map<number, PrivateAlgorithm>();
  if (!hasPrivate(superblock)) return found;
  for (const [algorithm, config] of configs) {
    if (!isPrivate(algorithm)) continue;
    const { name } = decodePrivateConfig(config);
    found.set(algorithm, { name, decoder: decoders.find((each) => each.name === name)?.decoder });
  }
  return found;
}

function* readSlots(cache: PageCache, superblock: Superblock): Reading<DeviceSlot[]> {
  const { featureIncompat, extraDevices, deviceTableSlot } = superblock;
  if ((featureIncompat & FeatureIncompat.deviceTable) === 0 || extraDevices === 0) return [];
  const bytes = yield* cache.read(0, deviceTableSlot * DEVICE_SLOT_SIZE, extraDevices * DEVICE_SLOT_SIZE);
  return decodeDeviceTable(bytes, extraDevices, (featureIncompat & FeatureIncompat.bit48) !== 0);
}
