import {
  Algorithm,
  algorithmsOf,
  announcesCompression,
  decodeDeflateConfig,
  decodeLz4Config,
  decodeLzmaConfig,
  decodePrivateConfig,
  decodeZstdConfig,
  ErofsError,
} from "@erofs/format";

import { quoteText } from "../terminal/quote.ts";
import { formatSize, plural } from "../terminal/units.ts";
import type { Image } from "./open-image.ts";

/** What an image says of algorithms. */
export type AlgorithmSource = Pick<Image, "superblock" | "compressionConfigs">;

const kernelNames: readonly (readonly [string, number])[] = Object.entries(Algorithm);

/** An algorithm of the kernel's in a word; undefined for one of a plugin's own. */
export function kernelAlgorithmName(id: number): string | undefined {
  return kernelNames.find(([, value]) => value === id)?.[0];
}

/** What a record says, where it can be read: an image may say anything. */
function readable<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ErofsError) return undefined;
    throw error;
  }
}

/** The name of the plugin that an algorithm is private to. */
function pluginName({ compressionConfigs }: AlgorithmSource, id: number): string | undefined {
  const record = compressionConfigs.get(id);
  return record === undefined ? undefined : readable(() => decodePrivateConfig(record).name);
}

/** An algorithm in a word: `lz4`, the name of a plugin, `algorithm 9`. Images choose names of plugins: quote them. */
export function algorithmName(image: AlgorithmSource, id: number): string {
  return kernelAlgorithmName(id) ?? pluginName(image, id) ?? `algorithm ${id}`;
}

/** The algorithms that files may use. LZ4 is there in every image that has compressed files, used or not. */
export function algorithmIds({ superblock }: AlgorithmSource): number[] {
  if (!announcesCompression(superblock.featureIncompat)) return [];
  const mask = algorithmsOf(superblock);
  return Array.from({ length: 16 }, (_, id) => id).filter((id) => (mask & (1 << id)) !== 0);
}

/** What the record of an algorithm says. */
function settingsOf(id: number, record: Uint8Array): string {
  switch (id) {
    case Algorithm.lz4: {
      const { maxDistance, maxPclusterBlocks } = decodeLz4Config(record);
      return `matches up to ${maxDistance} bytes back, clusters up to ${plural(maxPclusterBlocks, "block")}`;
    }
    case Algorithm.lzma:
      return `dictionary of ${formatSize(decodeLzmaConfig(record).dictSize)}`;
    case Algorithm.deflate:
      return `window of ${formatSize(2 ** decodeDeflateConfig(record).windowBits)}`;
    case Algorithm.zstd:
      return `window of ${formatSize(2 ** decodeZstdConfig(record).windowBits)}`;
    default:
      return `private algorithm ${id}`;
  }
}

/** The same with what its record says: `zstd (window of 64.0 KiB)`. */
export function describeAlgorithm(image: AlgorithmSource, id: number): string {
  const name = quoteText(algorithmName(image, id));
  const record = image.compressionConfigs.get(id);
  if (record === undefined) return name;
  return `${name} (${readable(() => settingsOf(id, record)) ?? "with a damaged record"})`;
}
