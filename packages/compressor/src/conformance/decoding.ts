import { createKernels, decodeStream, streamDecoders } from "@erofs/core";
import type { Compressor, Decoder } from "../contract.ts";
import { check } from "./check.ts";

/** Decodes a stream to exactly `length` bytes, or throws. It should not share code with the encoder. */
export type IndependentDecode = (stream: Uint8Array, length: number) => Uint8Array;

const PAGE = 65536;
/** Between a stream and what it decodes to, and behind that: decoders may read ahead. */
const SLACK = 64;

/**
 * The decoder of an algorithm that kernels have, the one that the reader of images uses. With `window`, matches that are
 * farther back are a fault, where the algorithm's decoder looks at that.
 */
export function kernelDecode(algorithm: number, window?: number): IndependentDecode {
  let size = 0;
  let kernels = createKernels({ pages: 1 });
  return (stream, length) => {
    const needed = kernels.heapBase + stream.length + length + 2 * SLACK;
    if (needed > size) {
      kernels = createKernels({ pages: Math.ceil((2 * needed) / PAGE) });
      size = kernels.memory.buffer.byteLength;
    }
    const { heapBase } = kernels;
    const target = heapBase + stream.length + SLACK;
    const memory = new Uint8Array(kernels.memory.buffer);
    memory.set(stream, heapBase);
    const decoded = decodeStream(kernels, algorithm, heapBase, stream.length, target, length, false, window);
    check(decoded, `the stream of ${stream.length} bytes does not decode to ${length} bytes`);
    return memory.slice(target, target + length);
  };
}

export async function decoderOf(compressor: Compressor): Promise<Decoder> {
  const decoder = (await compressor.createDecoder?.()) as Decoder | null | undefined;
  check(typeof decoder?.decode === "function", "createDecoder made no decoder");
  return decoder;
}

/** What to decode with: what is given, the compressor's own decoder for a private algorithm, else the toolkit's. */
export async function independentDecode(
  compressor: Compressor,
  given: IndependentDecode | undefined,
): Promise<IndependentDecode> {
  if (given !== undefined) return given;
  const { algorithm } = compressor;
  if (streamDecoders[algorithm] !== undefined) return kernelDecode(algorithm);
  check(
    compressor.createDecoder !== undefined,
    `there is no decoder for algorithm ${algorithm}: give the kit one`,
  );
  const decoder = await decoderOf(compressor);
  return (stream, length) => {
    const output = new Uint8Array(length);
    decoder.decode(stream, output);
    return output;
  };
}
