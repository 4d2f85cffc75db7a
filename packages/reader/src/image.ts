import { CorruptImage, type DeviceSlot, type Inode, nidText, type Superblock } from "@erofs/format";
import { child, readdir, readdirBlock } from "./directory.ts";
import { dataRanges, extents } from "./file-ranges.ts";
import type { CacheSizes, ImageState, OpenOptions } from "./image-state.ts";
import { openState } from "./open-state.ts";
import { inodeAtHand, isDirectory, metaboxInode, readInode } from "./inode.ts";
import { lookup, readlink } from "./path.ts";
import { packedInode } from "./packed-inode.ts";
import { placeAtHand, read, readInto, readView } from "./read.ts";
import { iterateAsync, iterateSync, type Reading, runAsync, runSync, type Streaming } from "./reading.ts";
import type { AsyncSource, SyncSource } from "./sources/source.ts";
import { walk } from "./walk.ts";
import { xattr, xattrs } from "./xattrs.ts";

/** Every method of an image that returns a value: one generator each, for both kinds of image. */
const operations = {
  inode: readInode,
  lookup,
  child,
  readdir,
  readdirBlock,
  read,
  readInto,
  readlink,
  xattrs,
  xattr,
  extents,
  dataRanges,
  packedInode,
  metaboxInode,
} as const;

/** Every method that hands out items one by one. */
const streams = { walk } as const;

type Operations = typeof operations;
type Streams = typeof streams;

type SyncMethods = {
  readonly [K in keyof Operations]: Operations[K] extends (
    image: ImageState,
    ...rest: infer A
  ) => Reading<infer R>
    ? (...rest: A) => R
    : never;
} & {
  readonly [K in keyof Streams]: Streams[K] extends (
    image: ImageState,
    ...rest: infer A
  ) => Streaming<infer T>
    ? (...rest: A) => Generator<T, void, void>
    : never;
};

type AsyncMethods = {
  readonly [K in keyof Operations]: Operations[K] extends (
    image: ImageState,
    ...rest: infer A
  ) => Reading<infer R>
    ? (...rest: A) => Promise<R>
    : never;
} & {
  readonly [K in keyof Streams]: Streams[K] extends (
    image: ImageState,
    ...rest: infer A
  ) => Streaming<infer T>
    ? (...rest: A) => AsyncGenerator<T, void, void>
    : never;
};

interface Opened {
  readonly superblock: Superblock;
  readonly root: Inode;
  /** Bytes of a block. */
  readonly blockSize: number;
  /** The records of compression algorithms by id; none where LZ4 in clusters of a block is all that there is. */
  readonly compressionConfigs: ReadonlyMap<number, Uint8Array>;
  /** The extra devices that the image names, in the order in which they are given when it is opened. */
  readonly deviceSlots: readonly DeviceSlot[];
}

/** An image on sources at hand. */
export interface SyncImage extends Opened, SyncMethods {
  /**
   * Some bytes of a file from `offset`, at least 1 (0 at its end) and at most `length`, without a copy where that can
   * be. Good until the next call on the image: the quickest way to pass a whole file on.
   */
  readView(node: Inode, offset: number, length: number): Uint8Array;
  /** Has the image keep more or less from now on, between two calls. */
  resizeCaches(sizes: CacheSizes): void;
  /** Closes the sources. */
  close(): void;
}

/** An image on sources behind promises. Its methods may run side by side. */
export interface AsyncImage extends Opened, AsyncMethods {
  /** Closes the sources. */
  close(): Promise<void>;
}

/** What has to be known to find the extra devices of an image. */
export interface DeviceTable {
  readonly slots: readonly DeviceSlot[];
  /** Bytes of a block, of which the slots tell numbers. */
  readonly blockSize: number;
}

export interface SyncOpenOptions extends OpenOptions {
  /** Extra devices, in the order of the device table; none when they are part of the primary image. */
  readonly devices?: readonly SyncSource[];
}

export interface AsyncOpenOptions extends OpenOptions {
  /** Extra devices, in the order of the device table; none when they are part of the primary image. */
  readonly devices?: readonly AsyncSource[];
}

/** Opens an image. @throws CorruptImage, UnsupportedFeature naming what is missing, the source's errors */
export function openSync(source: SyncSource, options: SyncOpenOptions = {}): SyncImage {
  const sources = [source, ...(options.devices ?? [])];
  const { state, root } = runSync(openImage(sources, options), sources);
  const run = <T>(reading: Reading<T>) => {
    state.cache.recycle();
    return runSync(reading, sources);
  };
  const methods = {
    ...bound(operations, state, run),
    ...bound(streams, state, (stream: Streaming<unknown>) => iterateSync(stream, sources)),
  };
  return {
    ...(methods as unknown as SyncMethods),
    ...openedOf(state, root),
    // Without a generator: a listing with attributes asks for each of its inodes.
    inode: (nid) => inodeAtHand(state, nid) ?? run(readInode(state, nid)),
    // The same for a random read of what is not compressed.
    readInto: (node, offset, target) => {
      const place = offset >= 0 ? placeAtHand(state, node, offset, target.length) : undefined;
      if (place === undefined) return run(readInto(state, node, offset, target));
      (sources[place.device] as SyncSource).read(place.offset, target);
      return target.length;
    },
    resizeCaches: state.resizeCaches,
    readView: (node, offset, length) => run(readView(state, node, offset, length)),
    close: () => {
      for (const each of sources) each.close?.();
    },
  };
}

/** Opens an image. Rejects with CorruptImage, UnsupportedFeature naming what is missing, or the source's errors. */
export async function open(source: AsyncSource, options: AsyncOpenOptions = {}): Promise<AsyncImage> {
  const sources = [source, ...(options.devices ?? [])];
  const run = <T>(reading: Reading<T>) => runAsync(reading, sources);
  const { state, root } = await run(openImage(sources, options));
  const methods = {
    ...bound(operations, state, run),
    ...bound(streams, state, (stream: Streaming<unknown>) => iterateAsync(stream, sources)),
  };
  return {
    ...(methods as unknown as AsyncMethods),
    ...openedOf(state, root),
    close: async () => {
      for (const each of sources) await each.close?.();
    },
  };
}

/** What an image says of its extra devices. @throws CorruptImage, UnsupportedFeature, the source's errors */
export function deviceTableSync(source: SyncSource): DeviceTable {
  return runSync(readDeviceTable(source.size), [source]);
}

/** What an image says of its extra devices. Rejects with CorruptImage, UnsupportedFeature, the source's errors. */
export function deviceTable(source: AsyncSource): Promise<DeviceTable> {
  return runAsync(readDeviceTable(source.size), [source]);
}

function* readDeviceTable(size: number): Reading<DeviceTable> {
  const { devices, blockSize } = yield* openState([size], { verifyChecksum: false });
  return { slots: devices.slots, blockSize };
}

function* openImage(
  sources: readonly { readonly size: number }[],
  options: OpenOptions,
): Reading<{ state: ImageState; root: Inode }> {
  const state = yield* openState(
    sources.map(({ size }) => size),
    options,
  );
  const root = yield* readInode(state, state.superblock.rootNid);
  if (!isDirectory(root))
    throw new CorruptImage(`root inode ${nidText(root.nid)} is not a directory`, { nid: root.nid });
  return { state, root };
}

function openedOf(state: ImageState, root: Inode): Opened {
  const { superblock, blockSize, compressionConfigs, devices } = state;
  return { superblock, root, blockSize, compressionConfigs, deviceSlots: devices.slots };
}

/** The functions of a table as methods of one image, each call driven by `drive`. Their types are the caller's. */
function bound(
  table: Readonly<Record<string, (image: ImageState, ...rest: never[]) => unknown>>,
  state: ImageState,
  drive: (generator: never) => unknown,
): Record<string, unknown> {
  const methods: Record<string, unknown> = {};
  for (const [name, operation] of Object.entries(table)) {
    const start = operation as (image: ImageState, ...rest: unknown[]) => never;
    methods[name] = (...rest: unknown[]) => drive(start(state, ...rest));
  }
  return methods;
}
