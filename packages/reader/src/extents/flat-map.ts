import { CorruptImage, DataLayout, type Inode, nidText, NULL_BLOCK } from "@erofs/format";
import type { ImageState } from "../image-state.ts";
import { inlineOffset } from "../inode.ts";
import { spaceOf } from "../metadata-space.ts";
import { type Extent, type FileMap, holeExtent, neverLoads, storedExtent } from "./extent.ts";

/**
 * The map of a flat inode: contiguous blocks, the last partial one perhaps behind the inode.
 * @throws CorruptImage for an inline tail that crosses a block boundary
 */
export function flatMap(image: ImageState, node: Inode): FileMap {
  const { blockSize } = image;
  const inlineStart =
    node.layout === DataLayout.flatInline
      ? Math.floor(Math.max(0, node.size - 1) / blockSize) * blockSize
      : node.size;
  const tail = inlineStart < node.size ? tailExtent(image, node, inlineStart) : undefined;
  const body = inlineStart > 0 ? bodyExtent(image, node, inlineStart) : undefined;
  const find = (offset: number) => (offset < inlineStart ? body : tail) as Extent;
  return {
    find,
    load: () => neverLoads(),
  };
}

function bodyExtent(image: ImageState, node: Inode, length: number): Extent {
  if (node.startBlock === NULL_BLOCK) {
    if (node.layout === DataLayout.flatPlain) return holeExtent(0, length);
    throw new CorruptImage(`inode ${nidText(node.nid)}: blocks before its inline tail, but no start block`, {
      nid: node.nid,
    });
  }
  const { device, offset } = image.devices.resolve(0, node.startBlock * image.blockSize);
  return storedExtent("data", 0, length, device, offset);
}

function tailExtent(image: ImageState, node: Inode, start: number): Extent {
  const { blockSize } = image;
  const offset = inlineOffset(image, node);
  const length = node.size - start;
  if ((offset % blockSize) + length > blockSize) {
    throw new CorruptImage(`inline tail of ${length} bytes at ${offset} crosses a block boundary`, {
      nid: node.nid,
      offset,
    });
  }
  return storedExtent("inline", start, length, spaceOf(node.nid), offset);
}
