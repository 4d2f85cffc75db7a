import type { Kernels } from "./kernels.ts";

/**
 * Decodes `srcLen` bytes at `src` to exactly `dstLen` at `dst`, addresses in the kernels' memory; `partial` stops
 * there, whatever is left of the input. False when the input is not such a stream, or one that Linux refuses where the
 * image's compression config sets matches the limit `window`: how far back they reach, bytes (LZMA: the dictionary size;
 * Zstandard: the window; without meaning for the others).
 */
export type StreamDecoder = (
  kernels: Kernels,
  src: number,
  srcLen: number,
  dst: number,
  dstLen: number,
  partial: boolean,
  window: number,
) => boolean;

/** For streams that belong to no config: more than any has. */
export const NO_WINDOW_LIMIT = 1 << 30;

/** The decoders by the algorithm's id on disk (kernel: `Z_EROFS_COMPRESSION_*`). */
export const streamDecoders: readonly StreamDecoder[] = [
  (kernels, src, srcLen, dst, dstLen, partial) =>
    (partial ? kernels.lz4DecodePartial : kernels.lz4Decode)(src, srcLen, dst, dstLen) === dstLen,
  (kernels, src, srcLen, dst, dstLen, partial, window) =>
    (partial ? kernels.lzmaDecodePartial : kernels.lzmaDecode)(src, srcLen, dst, dstLen, window) === dstLen,
  (kernels, src, srcLen, dst, dstLen, partial) =>
    (partial ? kernels.deflateDecodePartial : kernels.deflateDecode)(src, srcLen, dst, dstLen) === dstLen,
  (kernels, src, srcLen, dst, dstLen, partial, window) =>
    (partial ? kernels.zstdDecodePartial : kernels.zstdDecode)(src, srcLen, dst, dstLen, window) === dstLen,
];

/** Decodes a stream of an algorithm that `streamDecoders` has. @throws RangeError for any other */
export function decodeStream(
  kernels: Kernels,
  algorithm: number,
  src: number,
  srcLen: number,
  dst: number,
  dstLen: number,
  partial: boolean,
  window = NO_WINDOW_LIMIT,
): boolean {
  const decode = streamDecoders[algorithm];
  if (decode === undefined) throw new RangeError(`no decoder for algorithm ${algorithm}`);
  return decode(kernels, src, srcLen, dst, dstLen, partial, window);
}
