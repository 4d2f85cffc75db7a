import { CorruptImage, DataLayout, type Inode, nidText, NULL_BLOCK } from "@erofs/format";
import type { ImageState } from "../image-state.ts";
import { inlineOffset } from "../inode.ts";
import { spaceOf } from "../metadata-space.ts";
import { type Extent, type FileMap, holeExtent, neverLoads, storedExtent } from "./extent.ts";

/** The map of a flat inode: contiguous blocks, the last partial one perhaps behind the inode. */
export class FlatMap implements FileMap {
  readonly #inlineStart: number;
  readonly #body: Extent | undefined;
  readonly #tail: Extent | undefined;

  /** @throws CorruptImage for an inline tail that crosses a block boundary */
  constructor(image: ImageState, node: Inode) {
    const { blockSize } = image;
    const start =
      node.layout === DataLayout.flatInline
        ? Math.floor(Math.max(0, node.size - 1) / blockSize) * blockSize
        : node.size;
    this.#inlineStart = start;
    this.#tail = start < node.size ? tailExtent(image, node, start) : undefined;
    this.#body = start > 0 ? bodyExtent(image, node, start) : undefined;
  }

  find(offset: number): Extent | undefined {
    return offset < this.#inlineStart ? this.#body : this.#tail;
  }

  load(): never {
    return neverLoads();
  }
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
