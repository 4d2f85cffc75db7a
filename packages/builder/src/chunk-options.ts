import { BuildError, type ByteString } from "@erofs/format";
import type { Content } from "@erofs/tree";
import type { BlobSink } from "./sink.ts";

/**
 * How the tables of chunk-based files are made: of block numbers alone, or of indexes, which name a device too. `auto`: the
 * former where all chunks are in the image.
 */
export type ChunkEntries = "auto" | "block-map" | "indexes";

/** A device that other images have their chunks on: a blob of theirs, or such an image itself. */
export interface DictionaryDevice {
  /** What readers find it by, up to 64 bytes. Empty: the SHA-256 digest of its content in hex. */
  readonly tag: ByteString;
  /** Blocks that it claims to have. */
  readonly blockCount: number;
  readonly content: Content;
  /** Bytes of the content. */
  readonly size: number;
}

/** Chunks that other images have, which are read and digested before the build. All columns are of one length. */
export interface ChunkDictionary {
  readonly devices: readonly DictionaryDevice[];
  /** Of these images; block numbers count in it. */
  readonly blockSize: number;
  /** For each chunk the index of its device, its first block there, and its bytes. */
  readonly chunkDevices: Uint16Array;
  readonly chunkBlocks: Uint32Array;
  readonly chunkLengths: Uint32Array;
}

/** See `BuildOptions.chunks`. */
export interface ChunkOptions {
  /** Bytes of a chunk: a power of two from the block size to 64 MiB. */
  readonly size: number;
  /** Where chunks go, as a device of their own. Absent: into the image. */
  readonly blob?: BlobSink | undefined;
  /** Chunks that need not be stored again: the image names the devices that have them. */
  readonly dictionary?: ChunkDictionary | undefined;
}

export interface ChunkSettings extends ChunkOptions {
  /** log2 of the blocks of a chunk. */
  readonly blockBits: number;
}

/** Jobs have whole chunks in memory. */
const largestChunk = 64 << 20;
/** Device ids have 16 bits; one is for the blob. */
const maxDevices = 0xfffe;

/** Whether chunks can have so many bytes: a power of two from the block size to 64 MiB. */
export function isChunkSize(size: number, blockSize: number): boolean {
  return Number.isInteger(Math.log2(size / blockSize)) && size >= blockSize && size <= largestChunk;
}

/** Throws `BuildError` EINVAL that names the option. */
export function settleChunks(
  chunks: ChunkOptions | undefined,
  entries: ChunkEntries,
  blockSize: number,
): ChunkSettings | undefined {
  if (!chunks) return undefined;
  const { size, blob, dictionary } = chunks;
  if (!isChunkSize(size, blockSize)) {
    throw new BuildError(
      `chunk size ${size}: expected a power of two from the block size ${blockSize} to ${largestChunk}`,
    );
  }
  if (entries === "block-map" && (blob || dictionary)) {
    throw new BuildError("block maps cannot name the devices of a blob or a chunk dictionary: use indexes");
  }
  if (dictionary && dictionary.blockSize !== blockSize) {
    throw new BuildError(
      `chunk dictionary of an image with blocks of ${dictionary.blockSize} bytes, expected ${blockSize}`,
    );
  }
  if (dictionary && dictionary.devices.length > maxDevices) {
    throw new BuildError(`${dictionary.devices.length} devices of chunk dictionaries: at most ${maxDevices}`);
  }
  return { size, blob, dictionary, blockBits: Math.log2(size / blockSize) };
}
