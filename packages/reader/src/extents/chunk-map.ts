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

/**
 * The map of a chunk-based inode. Neighbouring chunks that are holes, or stored one behind the other, make one extent.
 * @throws CorruptImage for a table that reaches beyond the image
 */
export function chunkMap(image: ImageState, node: Inode): FileMap {
  const { superblock, devices, cache, blockSize } = image;
  const space = spaceOf(node.nid);
  const format = node.chunkFormat;
  const unit = chunkEntrySize(format);
  const chunkSize = chunkSizeOf(format, superblock.blockSizeBits);
  const count = chunkCount(format, superblock.blockSizeBits, node.size);
  const table = inlineOffset(image, node, unit);
  if (table + count * unit > spaceSize(image, node.nid)) {
    throw new CorruptImage(
      `inode ${nidText(node.nid)}: its table of ${count} chunks at ${table} reaches beyond the metadata`,
      {
        nid: node.nid,
        offset: table,
      },
    );
  }
  let last: Extent | undefined;

  function* load(offset: number): Reading<Extent> {
    const first = Math.floor(offset / chunkSize);
    const window = Math.min(WINDOW, count - first);
    const bytes = yield* cache.read(space, table + first * unit, window * unit);
    const chunkAt = (i: number) => decodeChunk(bytes, i * unit, format, devices.idMask);
    const start = chunkAt(0);
    let joined = 1;
    while (joined < window && follows(start, chunkAt(joined), (joined * chunkSize) / blockSize)) joined++;
    const logical = first * chunkSize;
    const length = Math.min(joined * chunkSize, node.size - logical);
    last = start.block === NULL_BLOCK ? holeExtent(logical, length) : stored(start, logical, length);
    return last;
  }

  function stored(chunk: Chunk, logical: number, length: number): Extent {
    const { device, offset } = devices.resolve(chunk.device, chunk.block * blockSize);
    return storedExtent("data", logical, length, device, offset);
  }

  return {
    find: (offset) =>
      last !== undefined && offset >= last.logical && offset < last.logical + last.length ? last : undefined,
    load,
  };
}

/** Whether `chunk` is stored `blocks` behind `start`, or both are holes. */
function follows(start: Chunk, chunk: Chunk, blocks: number): boolean {
  if (start.block === NULL_BLOCK || chunk.block === NULL_BLOCK) return start.block === chunk.block;
  return chunk.device === start.device && chunk.block === start.block + blocks;
}
