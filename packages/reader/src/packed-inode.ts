import { CorruptImage, FeatureIncompat, FileType, type Inode, nidText, typeOfMode } from "@erofs/format";
import type { ImageState } from "./image-state.ts";
import { readInode } from "./inode.ts";
import type { Reading } from "./reading.ts";

/** The hidden file that holds the fragments. @throws CorruptImage when the image has none */
export function* packedInode(image: ImageState): Reading<Inode> {
  if (image.packedInode !== undefined) return image.packedInode;
  const { featureIncompat, packedNid } = image.superblock;
  if ((featureIncompat & FeatureIncompat.fragments) === 0 || packedNid === 0) {
    throw new CorruptImage("a file has a fragment, but the image has no packed inode");
  }
  const packed = yield* readInode(image, packedNid);
  if (typeOfMode(packed.mode) !== FileType.regular) {
    throw new CorruptImage(`packed inode ${nidText(packedNid)} is no regular file`, { nid: packedNid });
  }
  image.packedInode = packed;
  return packed;
}
