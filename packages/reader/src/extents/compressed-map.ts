import {
  checkMapHeader,
  DataLayout,
  decodeMapHeader,
  hasEncodedExtents,
  type Inode,
  MAP_HEADER_SIZE,
} from "@erofs/format";
import type { ImageState } from "../image-state.ts";
import { inlineOffset } from "../inode.ts";
import { spaceOf } from "../metadata-space.ts";
import type { Reading } from "../reading.ts";
import { EncodedMap } from "./encoded-map.ts";
import { type FileMap, neverLoads, storedExtent } from "./extent.ts";
import { CompactEntries, FullEntries } from "./lcluster-entries.ts";
import { LclusterMap } from "./lcluster-map.ts";

/** The map of a compressed inode, from its map header. @throws CorruptImage, UnsupportedFeature */
export function* compressedMap(image: ImageState, node: Inode): Reading<FileMap> {
  const offset = inlineOffset(image, node, MAP_HEADER_SIZE);
  const space = spaceOf(node.nid);
  const place = { nid: node.nid, offset };
  const bytes =
    image.cache.peek(space, offset, MAP_HEADER_SIZE) ??
    (yield* image.cache.read(space, offset, MAP_HEADER_SIZE));
  const header = decodeMapHeader(bytes, place);
  if (header.wholeFileFragment) {
    const fragment = storedExtent("fragment", 0, node.size, 0, header.fragmentOffset);
    return { find: () => fragment, load: () => neverLoads() };
  }
  checkMapHeader(header, node.layout, image.superblock, place);
  const tableOffset = offset + MAP_HEADER_SIZE;
  if (hasEncodedExtents(header, node.layout)) return new EncodedMap(image, node, header, offset);
  const Entries = node.layout === DataLayout.compressedCompact ? CompactEntries : FullEntries;
  return new LclusterMap(image, node, header, new Entries(image, node, header, tableOffset));
}
