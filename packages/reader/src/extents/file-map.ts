import { DataLayout, type Inode } from "@erofs/format";
import type { ImageState } from "../image-state.ts";
import type { Reading } from "../reading.ts";
import { ChunkMap } from "./chunk-map.ts";
import { compressedMap } from "./compressed-map.ts";
import type { FileMap } from "./extent.ts";
import { FlatMap } from "./flat-map.ts";

/** The map of an inode that has content, kept for the next call. @throws CorruptImage, UnsupportedFeature */
export function* mapOf(image: ImageState, node: Inode): Reading<FileMap> {
  const known = image.maps.get(node.nid);
  if (known !== undefined) return known;
  const map = yield* createMap(image, node);
  image.maps.set(node.nid, map);
  return map;
}

function* createMap(image: ImageState, node: Inode): Reading<FileMap> {
  switch (node.layout) {
    case DataLayout.flatPlain:
    case DataLayout.flatInline:
      return new FlatMap(image, node);
    case DataLayout.chunkBased:
      return new ChunkMap(image, node);
    default:
      return yield* compressedMap(image, node);
  }
}
