import { realpathSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";

import type { ChunkDictionary, DictionaryDevice } from "@erofs/builder";
import { type DeviceSlot, FileType, fromText, type Inode, NULL_BLOCK, typeOfMode } from "@erofs/format";
import { type ExtentInfo, openSync, type SyncImage } from "@erofs/reader";
import { fileSource } from "@erofs/reader/node";

import { CommandFailure, describe } from "../failure.ts";
import { type DeviceOptions, locateDevices } from "../image/devices.ts";
import { formatUuid } from "../options/identity.ts";

/** In nanoseconds. */
const second = 1_000_000_000n;

/** Data of a file that stand together. */
interface Stretch {
  readonly logical: number;
  readonly device: number;
  readonly offset: number;
  length: number;
}

/** The data of a file that are stored as they are, neighbours joined. */
function stretchesOf(extents: readonly ExtentInfo[]): Stretch[] {
  const found: Stretch[] = [];
  for (const { kind, logical, length, physical } of extents) {
    if (kind !== "data" || physical === undefined) continue;
    const { device, offset } = physical;
    const last = found.at(-1);
    const goesOn =
      last?.device === device &&
      last.logical + last.length === logical &&
      last.offset + last.length === offset;
    if (goesOn) last.length += length;
    else found.push({ logical, device, offset, length });
  }
  return found;
}

/** A file that chunks stand in, and which places of it are known. */
class Device {
  readonly index: number;
  readonly description: DictionaryDevice;
  readonly #blockSize: number;
  /** A bit for each block: whether a chunk that begins there is known. */
  readonly #known: Uint8Array;

  constructor(index: number, description: DictionaryDevice, blockSize: number) {
    this.index = index;
    this.description = description;
    this.#blockSize = blockSize;
    this.#known = new Uint8Array(Math.ceil(description.size / blockSize / 8));
  }

  /** The block of a new chunk; undefined for one that is known, or that cannot be pointed to. */
  take(offset: number, length: number): number | undefined {
    const { size, blockCount } = this.description;
    const block = offset / this.#blockSize;
    const end = Math.min(size, blockCount * this.#blockSize);
    if (!Number.isInteger(block) || block >= NULL_BLOCK || offset + length > end) return undefined;
    const bit = 1 << (block % 8);
    const at = Math.floor(block / 8);
    if ((this.#known[at]! & bit) !== 0) return undefined;
    this.#known[at]! |= bit;
    return block;
  }
}

/** Gathers what images have that can be chunks of a size. */
class Gatherer {
  readonly #chunkSize: number;
  readonly #blockSize: number;
  readonly #devices = new Map<string, Device>();
  readonly #chunkDevices: number[] = [];
  readonly #chunkBlocks: number[] = [];
  readonly #chunkLengths: number[] = [];

  constructor(chunkSize: number, blockSize: number) {
    this.#chunkSize = chunkSize;
    this.#blockSize = blockSize;
  }

  /** Adds the files of an image. `paths` are those of itself and of its devices. */
  add(image: SyncImage, paths: readonly string[]): void {
    const { superblock } = image;
    if (image.blockSize !== this.#blockSize) {
      const sizes = `blocks of ${image.blockSize} bytes, the new image ones of ${this.#blockSize}`;
      throw new CommandFailure(`it has ${sizes}: it has no chunks for it`);
    }
    const slots: DeviceSlot[] = [
      { tag: tagOf(superblock.uuid), blockCount: superblock.blockCount, unifiedBlock: 0 },
      ...image.deviceSlots,
    ];
    const devices: Device[] = [];
    for (const { node } of image.walk()) {
      if (typeOfMode(node.mode) !== FileType.regular || node.size === 0) continue;
      for (const stretch of stretchesOf(image.extents(node))) {
        const { device: id } = stretch;
        const device = (devices[id] ??= this.#device(slots[id]!, paths[id]!));
        this.#addStretch(node, stretch, device);
      }
    }
  }

  #addStretch({ size }: Inode, { logical, length, offset }: Stretch, device: Device): void {
    const end = logical + length;
    for (let start = Math.ceil(logical / this.#chunkSize) * this.#chunkSize; start < end;) {
      const chunk = Math.min(this.#chunkSize, size - start);
      if (start + chunk > end) return;
      const block = device.take(offset + start - logical, chunk);
      if (block !== undefined) {
        this.#chunkDevices.push(device.index);
        this.#chunkBlocks.push(block);
        this.#chunkLengths.push(chunk);
      }
      start += chunk;
    }
  }

  /** A device, which several images may name. */
  #device({ tag, blockCount }: DeviceSlot, path: string): Device {
    const real = realpathSync(path);
    const key = tag === "" ? `path ${real}` : `tag ${tag} ${blockCount}`;
    let device = this.#devices.get(key);
    if (device === undefined) {
      const stats = statSync(real, { bigint: true });
      if (!stats.isFile())
        throw new CommandFailure(`${path}: is not a file, as devices of a dictionary must be`);
      const mtimeNsec = ((stats.mtimeNs % second) + second) % second;
      const folder = dirname(real);
      const description: DictionaryDevice = {
        tag,
        blockCount,
        size: Number(stats.size),
        content: {
          kind: "file",
          directory: folder === "/" ? "" : fromText(folder),
          name: fromText(basename(real)),
          mtime: Number((stats.mtimeNs - mtimeNsec) / second),
          mtimeNsec: Number(mtimeNsec),
        },
      };
      device = new Device(this.#devices.size, description, this.#blockSize);
      this.#devices.set(key, device);
    }
    return device;
  }

  dictionary(): ChunkDictionary {
    return {
      devices: [...this.#devices.values()].map(({ description }) => description),
      blockSize: this.#blockSize,
      chunkDevices: Uint16Array.from(this.#chunkDevices),
      chunkBlocks: Uint32Array.from(this.#chunkBlocks),
      chunkLengths: Uint32Array.from(this.#chunkLengths),
    };
  }
}

/** What an image that is a device of another one is found by: its UUID, as `mkfs.erofs` has it; nothing if it has none. */
function tagOf(uuid: Uint8Array): string {
  return uuid.every((byte) => byte === 0) ? "" : fromText(formatUuid(uuid).replaceAll("-", ""));
}

function addImage(gatherer: Gatherer, path: string, options: DeviceOptions): void {
  const sources = [fileSource(path)];
  try {
    const { deviceSlots, blockSize } = openSync(sources[0]!);
    const deviceDir = [...(options.deviceDir ?? []), dirname(path)];
    const devices =
      deviceSlots.length === 0 ? [] : locateDevices(deviceSlots, blockSize, { ...options, deviceDir })!;
    for (const device of devices) sources.push(fileSource(device));
    gatherer.add(openSync(sources[0]!, { devices: sources.slice(1) }), [path, ...devices]);
  } catch (cause) {
    throw new CommandFailure(`chunk dictionary ${path}: ${describe(cause)}`, { cause });
  } finally {
    for (const each of sources) each.close?.();
  }
}

/**
 * The chunks of a size that images have, with the files that these are in: blobs of theirs, which are looked for beside
 * each image too, or the images. @throws CommandFailure which names the image
 */
export function readChunkDictionary(
  images: readonly string[],
  chunkSize: number,
  blockSize: number,
  options: DeviceOptions,
): ChunkDictionary {
  const gatherer = new Gatherer(chunkSize, blockSize);
  for (const path of images) addImage(gatherer, path, options);
  return gatherer.dictionary();
}
