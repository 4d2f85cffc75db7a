import {
  type Chunk,
  chunkCount,
  chunkEntrySize,
  chunkSizeOf,
  CorruptImage,
  decodeChunk,
  type Inode,
  nidText,
  NULL_BLOCK,
} from "@erofs/format";
import { type ImageState, spaceSize } from "../image-state.ts";
import { inlineOffset } from "../inode.ts";
import { spaceOf } from "../metadata-space.ts";
import type { Reading } from "../reading.ts";
import { type Extent, type FileMap, holeExtent, storedExtent } from "./extent.ts";

/** Table entries that are looked at together, and so the most chunks that one extent joins. */
const WINDOW = 512;

/** The map of a chunk-based inode. Neighbouring chunks that are holes, or stored one behind the other, make one extent. */
export class ChunkMap implements FileMap {
  readonly #image: ImageState;
  readonly #node: Inode;
  readonly #chunkSize: number;
  readonly #count: number;
  /** Byte offset of the table. */
  readonly #table: number;
  #last: Extent | undefined;

  /** @throws CorruptImage for a table that reaches beyond the image */
  constructor(image: ImageState, node: Inode) {
    const { blockSizeBits } = image.superblock;
    const { nid, size, chunkFormat } = node;
    const unit = chunkEntrySize(chunkFormat);
    this.#image = image;
    this.#node = node;
    this.#chunkSize = chunkSizeOf(chunkFormat, blockSizeBits);
    this.#count = chunkCount(chunkFormat, blockSizeBits, size);
    this.#table = inlineOffset(image, node, unit);
    if (this.#table + this.#count * unit > spaceSize(image, nid)) {
      throw new CorruptImage(
        `inode ${nidText(nid)}: its table of ${this.#count} chunks at ${this.#table} reaches beyond the metadata`,
        { nid, offset: this.#table },
      );
    }
  }

  find(offset: number): Extent | undefined {
    const last = this.#last;
    return last !== undefined && offset >= last.logical && offset < last.logical + last.length
      ? last
      : undefined;
  }

  *load(offset: number): Reading<Extent> {
    const { cache, devices, blockSize } = this.#image;
    const { nid, size, chunkFormat } = this.#node;
    const chunkSize = this.#chunkSize;
    const unit = chunkEntrySize(chunkFormat);
    const first = Math.floor(offset / chunkSize);
    const window = Math.min(WINDOW, this.#count - first);
    const bytes = yield* cache.read(spaceOf(nid), this.#table + first * unit, window * unit);
    const chunkAt = (i: number) => decodeChunk(bytes, i * unit, chunkFormat, devices.idMask);
    const start = chunkAt(0);
    let joined = 1;
    while (joined < window && follows(start, chunkAt(joined), (joined * chunkSize) / blockSize)) joined++;
    const logical = first * chunkSize;
    const length = Math.min(joined * chunkSize, size - logical);
    return (this.#last =
      start.block === NULL_BLOCK ? holeExtent(logical, length) : this.#stored(start, logical, length));
  }

  #stored(chunk: Chunk, logical: number, length: number): Extent {
    const { devices, blockSize } = this.#image;
    const { device, offset } = devices.resolve(chunk.device, chunk.block * blockSize);
    return storedExtent("data", logical, length, device, offset);
  }
}

/** Whether `chunk` is stored `blocks` behind `start`, or both are holes. */
function follows(start: Chunk, chunk: Chunk, blocks: number): boolean {
  if (start.block === NULL_BLOCK || chunk.block === NULL_BLOCK) return start.block === chunk.block;
  return chunk.device === start.device && chunk.block === start.block + blocks;
}
