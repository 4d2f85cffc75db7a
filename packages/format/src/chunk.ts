import { BLOCK_NUMBER_LIMIT, NULL_BLOCK } from "./constants.ts";
import { BuildError, UnsupportedFeature } from "./errors.ts";
import { alignUp, load16, load32, store16, store32 } from "./little-endian.ts";

/** Bits of `i_u` of a chunk-based inode (`struct erofs_inode_chunk_info`). */
export const ChunkFormat = {
  /** log2 of blocks in a chunk. */
  sizeBits: 0x1f,
  /** 8-byte indexes, which name a device, rather than a 4-byte block map. */
  indexes: 0x20,
  /** The block numbers of indexes have 48 bits. */
  bit48: 0x40,
} as const;

/** Where a chunk's bytes are. */
export interface Chunk {
  /** 0 is the primary device, k the device of slot k - 1. */
  readonly device: number;
  /** First block on that device, or `NULL_BLOCK` for a hole. */
  readonly block: number;
}

const INDEX_SIZE = 8;
const MAP_ENTRY_SIZE = 4;
const HIGH_UNIT = 0x1_0000_0000;

/** Bytes of one chunk. */
export function chunkSizeOf(format: number, blockSizeBits: number): number {
  return 2 ** (blockSizeBits + (format & ChunkFormat.sizeBits));
}

/** Number of chunks in a file of `size` bytes. */
export function chunkCount(format: number, blockSizeBits: number, size: number): number {
  return Math.ceil(size / chunkSizeOf(format, blockSizeBits));
}

/** Bytes of a table entry, to which the table is aligned, too. */
export function chunkEntrySize(format: number): 4 | 8 {
  return (format & ChunkFormat.indexes) === 0 ? MAP_ENTRY_SIZE : INDEX_SIZE;
}

/** Where the table begins, from where the inode with its xattr body ends. */
export function chunkTableOffset(end: number, format: number): number {
  return alignUp(end, chunkEntrySize(format));
}

/**
 * `sizeBits` of the smallest chunk that holds a file of `size` bytes whole.
 * @throws BuildError above 2^31 blocks
 */
export function chunkSizeBitsFor(size: number, blockSizeBits: number): number {
  let bits = 0;
  while (chunkSizeOf(bits, blockSizeBits) < size) {
    if (++bits > ChunkFormat.sizeBits) throw new BuildError(`${size} bytes do not fit one chunk`);
  }
  return bits;
}

/** What device ids are ANDed with in an image of `extraDevices` devices. */
export function deviceIdMask(extraDevices: number): number {
  return 2 ** (32 - Math.clz32(extraDevices)) - 1;
}

/**
 * Writes a whole table.
 * @throws BuildError for a device in a block map, or a number that does not fit
 */
export function encodeChunkTable(chunks: readonly Chunk[], format: number): Uint8Array {
  const unit = chunkEntrySize(format);
  const wide = unit === INDEX_SIZE && (format & ChunkFormat.bit48) !== 0;
  const limit = wide ? BLOCK_NUMBER_LIMIT - 1 : NULL_BLOCK;
  const bytes = new Uint8Array(chunks.length * unit);
  let offset = 0;
  for (const { device, block } of chunks) {
    if (block !== NULL_BLOCK && !(Number.isSafeInteger(block) && block >= 0 && block < limit)) {
      throw new BuildError(`chunk at block ${block}, expected below ${limit}`);
    }
    if (!(device >= 0 && device <= (unit === INDEX_SIZE ? 0xffff : 0))) {
      throw new BuildError(`chunk on device ${device} does not fit its table`);
    }
    if (unit === INDEX_SIZE) {
      const high = block === NULL_BLOCK ? 0xffff : Math.floor(block / HIGH_UNIT);
      store16(bytes, offset, wide ? high : 0);
      store16(bytes, offset + 2, device);
      store32(bytes, offset + 4, block);
    } else {
      store32(bytes, offset, block);
    }
    offset += unit;
  }
  return bytes;
}

/**
 * Reads the table entry at `offset`.
 * @param mask `deviceIdMask`; whether the device exists is for the caller to check
 * @throws UnsupportedFeature for block 0xffffffff of a 48-bit index, which `NULL_BLOCK` cannot be told from
 */
export function decodeChunk(bytes: Uint8Array, offset: number, format: number, mask: number): Chunk {
  if ((format & ChunkFormat.indexes) === 0) return { device: 0, block: load32(bytes, offset) };
  const low = load32(bytes, offset + 4);
  const device = load16(bytes, offset + 2) & mask;
  if ((format & ChunkFormat.bit48) === 0) return { device, block: low };
  const high = load16(bytes, offset);
  if (low !== NULL_BLOCK) return { device, block: high * HIGH_UNIT + low };
  if (high === 0) throw new UnsupportedFeature("chunk at block 0xffffffff");
  return { device, block: high === 0xffff ? NULL_BLOCK : high * HIGH_UNIT + low };
}
