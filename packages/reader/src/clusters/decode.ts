import { NO_WINDOW_LIMIT, streamDecoders } from "@erofs/core";
import { CorruptImage, FeatureIncompat, matchWindow, nidText, UnsupportedFeature } from "@erofs/format";
import type { Extent } from "../extents/extent.ts";
import type { ImageState } from "../image-state.ts";
import { decodePrivately } from "../private-decoders.ts";
import type { ClusterRing } from "./cluster-ring.ts";

const algorithmNames = ["LZ4", "LZMA", "DEFLATE", "Zstandard"];

/** Decodes one cluster from wasm memory at `src` to `dst`. @throws CorruptImage, UnsupportedFeature */
export function decodeCluster(
  image: ImageState,
  nid: number,
  extent: Extent,
  ring: ClusterRing,
  src: number,
  dst: number,
): void {
  const { stored, length } = extent;
  if (extent.kind === "plain") {
    ring.bytes.copyWithin(dst, src, src + length);
    return;
  }
  if (extent.kind === "interlaced") {
    unrotate(ring.bytes, extent, image.blockSize, src, dst);
    return;
  }
  const { algorithm } = extent;
  checkAnnounced(image, algorithm, nid);
  const padded = (image.superblock.featureIncompat & FeatureIncompat.lz4ZeroPadding) !== 0;
  const limit = Math.min(stored, image.blockSize);
  const padding = padded ? leadingZeros(ring, src, limit) : 0;
  if (padding === limit) throw undecodable(nid, extent);
  const start = src + padding;
  const decode = streamDecoders[algorithm];
  if (decode === undefined) {
    const decoded = decodedByPlugin(image, nid, extent, ring.bytes.slice(start, src + stored));
    ring.bytes.set(decoded, dst);
    return;
  }
  // Without padding before the stored bytes there is some behind them, and the decoder has to stop in time.
  const partial = extent.partial || !padded;
  const window = matchWindowOf(image, algorithm);
  if (!decode(ring.kernels, start, stored - padding, dst, length, partial, window)) {
    throw undecodable(nid, extent);
  }
}

/**
 * The limit that an algorithm's record sets: Linux refuses what reaches farther.
 * @throws CorruptImage, UnsupportedFeature for a record that it refuses
 */
function matchWindowOf({ matchWindows, compressionConfigs }: ImageState, algorithm: number): number {
  let window = matchWindows.get(algorithm);
  if (window === undefined) {
    const config = compressionConfigs.get(algorithm);
    window = (config && matchWindow(algorithm, config)) ?? NO_WINDOW_LIMIT;
    matchWindows.set(algorithm, window);
  }
  return window;
}

function undecodable(nid: number, { stored, physical, length, logical }: Extent): CorruptImage {
  return new CorruptImage(
    `inode ${nidText(nid)}: the cluster of ${stored} bytes at ${physical} does not decode to the ${length} bytes ` +
      `from file offset ${logical}`,
    { nid, offset: physical },
  );
}

/** @throws CorruptImage when the superblock does not announce the algorithm */
function checkAnnounced(image: ImageState, algorithm: number, nid: number): void {
  if ((image.algorithms & (1 << algorithm)) !== 0) return;
  const name = algorithmNames[algorithm] ?? `algorithm ${algorithm}`;
  throw new CorruptImage(
    `inode ${nidText(nid)} is compressed with ${name}, which the superblock does not announce`,
    {
      nid,
    },
  );
}

/** @throws UnsupportedFeature, CorruptImage */
function decodedByPlugin(image: ImageState, nid: number, extent: Extent, stream: Uint8Array): Uint8Array {
  const { algorithm } = extent;
  const found = image.privateAlgorithms.get(algorithm);
  if (found !== undefined) return decodePrivately(found, nid, extent, stream);
  throw new UnsupportedFeature(
    `inode ${nidText(nid)} is compressed with algorithm ${algorithm}, which is not known`,
    {
      nid,
    },
  );
}

/** How many of the `limit` bytes at `address` are zero before the first that is not. */
function leadingZeros({ bytes, words }: ClusterRing, address: number, limit: number): number {
  const end = address + limit;
  let at = address;
  // Most of a block is padding where a small file is compressed well.
  if (at % 4 === 0) while (at + 4 <= end && words[at >> 2] === 0) at += 4;
  while (at < end && bytes[at] === 0) at++;
  return at - address;
}

/**
 * Interlaced plain data: bytes keep their place within a block. Those up to the next block boundary of the file are
 * at the end of the cluster's last block, the others at the cluster's beginning.
 */
function unrotate(bytes: Uint8Array, extent: Extent, blockSize: number, src: number, dst: number): void {
  const { stored, length } = extent;
  const inBlock = extent.logical % blockSize;
  const head = Math.min(blockSize - inBlock, length);
  const headAt = src + stored - blockSize + inBlock;
  bytes.copyWithin(dst, headAt, headAt + head);
  bytes.copyWithin(dst + head, src, src + length - head);
}
