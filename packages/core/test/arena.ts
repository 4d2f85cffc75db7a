// Places a stream and its output in the kernels' memory in different ways, and watches the surroundings.
import { createKernels, type Kernels, NO_WINDOW_LIMIT } from "../src/index.ts";

const GUARD = 128;
const GUARD_BYTE = 0xa5;
const kernels = createKernels({ pages: 24 });
const memory = new Uint8Array(kernels.memory.buffer);

/** The decoders, by the beginning of their names. */
export type Codec = "lz4" | "lzma" | "deflate" | "zstd";

/** Placements that do not overlap. */
export const apart = [
  "before",
  "after",
  "before, at the memory's end",
  "after, at the memory's end",
] as const;

/** Where the input stands: numbers put it in place, its end that many bytes behind the output's end. */
export type Placement = (typeof apart)[number] | number;

export interface Outcome {
  /** What the decoder returned. */
  readonly code: number;
  /** The output buffer (a view that the next call overwrites). */
  readonly output: Uint8Array;
  /** Whether a byte outside the output changed: input, what is between, and 128 bytes around. */
  readonly isSpilled: boolean;
}

/** Decodes `block` into an output of `length` bytes, matches reaching `window` bytes back. */
export function decodeAt(
  codec: Codec,
  block: Uint8Array,
  length: number,
  placement: Placement,
  partial: boolean,
  window = NO_WINDOW_LIMIT,
): Outcome {
  const start = kernels.heapBase + GUARD;
  let src: number;
  let dst: number;
  if (typeof placement === "number") {
    // Room in front: with a small or negative margin the input may begin before the output.
    dst = start + block.length + GUARD;
    src = dst + length + placement - block.length;
  } else if (placement.startsWith("before")) {
    src = placement === "before" ? start : memory.length - block.length - length;
    dst = src + block.length;
  } else {
    dst = placement === "after" ? start : memory.length - block.length - length;
    src = dst + length;
  }
  const from = Math.min(src, dst) - GUARD;
  const to = Math.min(Math.max(src + block.length, dst + length) + GUARD, memory.length);
  if (from < kernels.heapBase || Math.max(src + block.length, dst + length) > memory.length)
    throw new Error("the memory is too small");
  memory.fill(GUARD_BYTE, from, to);
  memory.set(block, src);
  const before = memory.slice(from, dst);
  const after = memory.slice(dst + length, to);
  const decode: Kernels["zstdDecode"] =
    kernels[partial ? (`${codec}DecodePartial` as const) : (`${codec}Decode` as const)];
  const code = decode(src, block.length, dst, length, window);
  const isSpilled =
    !isEqual(memory.subarray(from, dst), before) || !isEqual(memory.subarray(dst + length, to), after);
  return { code, output: memory.subarray(dst, dst + length), isSpilled };
}

/** What is wrong with decoding `block` to `bytes`, if anything. */
export function faultOf(
  codec: Codec,
  block: Uint8Array,
  bytes: Uint8Array,
  placement: Placement,
  partial = false,
): string | undefined {
  const { code, output, isSpilled } = decodeAt(codec, block, bytes.length, placement, partial);
  const where = `${block.length} to ${bytes.length} bytes, input ${placement}`;
  if (isSpilled) return `${where}: wrote outside the output`;
  if (code !== bytes.length) return `${where}: code ${code}`;
  return isEqual(output, bytes) ? undefined : `${where}: wrong bytes`;
}

export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
