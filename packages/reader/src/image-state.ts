import { type Inode, isMetaboxNid, type LongPrefix, type Superblock, type XattrEntry } from "@erofs/format";
import type { ClusterRing } from "./clusters/cluster-ring.ts";
import type { DeviceMap } from "./devices.ts";
import type { FileMap } from "./extents/extent.ts";
import type { Lru } from "./lru.ts";
import type { PageCache } from "./page-cache.ts";
import type { PrivateAlgorithm, PrivateDecoder } from "./private-decoders.ts";

/** What an image may keep, bytes. */
export interface CacheSizes {
  /** Of metadata, default 4 MiB. */
  readonly cacheBytes?: number;
  /** Of decoded clusters, default 2 MiB; more when a single cluster is larger. */
  readonly clusterBytes?: number;
}

export interface OpenOptions extends CacheSizes {
  /** For files that a plugin has compressed by an algorithm of its own; see `loadDecoders`. */
  readonly decoders?: readonly PrivateDecoder[];
  /** Given the memory that clusters are decoded in, whole, when it is made and when it has grown. */
  readonly onDecoderMemory?: (memory: Uint8Array) => void;
  /** Whether a wrong superblock checksum is an error, default true. */
  readonly verifyChecksum?: boolean;
}

/** An opened image: what the superblock says, and the caches. All reading functions take it first. */
export interface ImageState {
  readonly superblock: Superblock;
  readonly blockSize: number;
  /** Bitmap of the algorithms that compressed files may use. */
  readonly algorithms: number;
  /** Their records, by id, where the superblock is followed by such. */
  readonly compressionConfigs: ReadonlyMap<number, Uint8Array>;
  /** How far back matches may reach, bytes, by the ids of algorithms that have been decoded; see `matchWindowOf`. */
  readonly matchWindows: Map<number, number>;
  /** Those among them that plugins have brought, by id. */
  readonly privateAlgorithms: ReadonlyMap<number, PrivateAlgorithm>;
  readonly devices: DeviceMap;
  readonly cache: PageCache;
  /** Maps of the files read last, by NID. */
  readonly maps: Lru<FileMap>;
  /** Small shared attributes, by id. */
  readonly sharedXattrs: Lru<XattrEntry>;
  /** Decoder memory, made when the first compressed file is read. */
  readonly clusters: () => ClusterRing;
  readonly resizeCaches: (sizes: CacheSizes) => void;
  /** At least `length` bytes for `readView`, the same ones each time. */
  readonly viewBuffer: (length: number) => Uint8Array;
  /** What taking clusters apart has cost so far, in bytes decoded. */
  clusterWork: number;
  /** Loaded when first needed. */
  xattrPrefixes: readonly LongPrefix[] | undefined;
  /** Loaded when the first fragment is read. */
  packedInode: Inode | undefined;
  /** Loaded when the first inode of the metabox is read. */
  metabox: Inode | undefined;
}

/** Bytes of the space that an inode's metadata is in. Whoever has an inode of the metabox has opened that. */
export function spaceSize(image: ImageState, nid: number): number {
  return isMetaboxNid(nid) ? (image.metabox?.size ?? 0) : (image.devices.sizes[0] as number);
}
