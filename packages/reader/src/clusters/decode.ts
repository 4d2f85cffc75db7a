import { type StreamDecoder, streamDecoders } from "@erofs/core";
import { CorruptImage, FeatureIncompat, UnsupportedFeature } from "@erofs/format";
import type { Extent } from "../extents/extent.ts";
import type { ImageState } from "../image-state.ts";
import type { ClusterRing } from "./cluster-ring.ts";

const algorithmNames = ["LZ4", "LZMA", "DEFLATE", "Zstandard"];

/**
 * The decoder of an algorithm.
 * @throws UnsupportedFeature naming it, CorruptImage when the superblock does not announce it
 */
function decoderOf(image: ImageState, algorithm: number, nid: number): StreamDecoder {
  const name = algorithmNames[algorithm] ?? `algorithm ${algorithm}`;
  if (algorithm < algorithmNames.length && (image.algorithms & (1 << algorithm)) === 0) {
    throw new CorruptImage(
      `inode ${nid} is compressed with ${name}, which the superblock does not announce`,
      { nid },
    );
  }
  const decoder = streamDecoders[algorithm];
  if (decoder === undefined) {
    throw new UnsupportedFeature(`inode ${nid} is compressed with ${name}, which is not supported yet`, {
      nid,
    });
  }
  return decoder;
}

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
  const decode = decoderOf(image, extent.algorithm, nid);
  const padded = (image.superblock.featureIncompat & FeatureIncompat.lz4ZeroPadding) !== 0;
  const limit = Math.min(stored, image.blockSize);
  const padding = padded ? leadingZeros(ring.bytes, src, limit) : 0;
  // Without padding before the stored bytes there is some behind them, and the decoder has to stop in time.
  const partial = extent.partial || !padded;
  if (padding === limit || !decode(ring.kernels, src + padding, stored - padding, dst, length, partial)) {
    throw new CorruptImage(
      `inode ${nid}: the cluster of ${stored} bytes at ${extent.physical} does not decode to the ${length} bytes ` +
        `from file offset ${extent.logical}`,
      { nid, offset: extent.physical },
    );
  }
}

/** How many of the `limit` bytes at `address` are zero before the first that is not. */
function leadingZeros(bytes: Uint8Array, address: number, limit: number): number {
  let count = 0;
  // Four at a time: half a block of padding is common.
  while (
    count + 4 <= limit &&
    ((bytes[address + count] as number) |
      (bytes[address + count + 1] as number) |
      (bytes[address + count + 2] as number) |
      (bytes[address + count + 3] as number)) ===
      0
  ) {
    count += 4;
  }
  while (count < limit && bytes[address + count] === 0) count++;
  return count;
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
