import { base64 } from "./core.wasm.ts";

/** What the LZ4 decoders return instead of a length. */
export const DecodeFault = {
  /** The input is not a block of the length asked for. */
  corrupt: -1,
  /** In place only: the output would have overwritten input before it was read. `inPlaceMargin` avoids it. */
  overlap: -2,
} as const;

/** What `searchDirents` returns instead of an index. */
export const SearchFault = { notFound: -1, damaged: -2 } as const;

/** What `compareFirstName` returns for a block that is no directory block. */
export const DAMAGED_BLOCK = -0x80000000;

/**
 * One instance of the WebAssembly kernels, with a memory of its own. All pointers are byte offsets into that
 * memory, all lengths are bytes. Ranges that reach outside the memory give a fault; only `crc32c` and `xxh32`,
 * which have no fault to give, trap.
 */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  /** First byte a caller may use (a multiple of 64); everything from here to the memory's end is the caller's. */
  readonly heapBase: number;
  /**
   * Decodes a whole LZ4 block: exactly `dstLen` bytes out, all of the input consumed. Returns `dstLen` or a
   * `DecodeFault`, after which the output's bytes are undefined. Never writes outside [dst, dst + dstLen).
   *
   * The input may stand at the tail of the output buffer: with `src + srcLen` at least `inPlaceMargin(srcLen)`
   * bytes behind `dst + dstLen`, a sound block decodes; with less, it decodes or returns `DecodeFault.overlap`
   * (and the input is gone). The input has at most 16 MiB, the output less than 2 GiB.
   */
  lz4Decode(src: number, srcLen: number, dst: number, dstLen: number): number;
  /**
   * The same, but stops once `dstLen` bytes are out, whatever is left of the input. In place, the margin
   * counts from where the whole block's output would end; where that is not known, keep the input apart.
   */
  lz4DecodePartial(src: number, srcLen: number, dst: number, dstLen: number): number;
  /**
   * Decodes a whole MicroLZMA stream, by the same rules and promises: exactly `dstLen` bytes out, all of the input
   * consumed, no match from farther back than `dictSize` bytes. In place, `inPlaceMargin` is enough as a rule, but how much of a stream its beginning takes is not bounded.
   */
  lzmaDecode(src: number, srcLen: number, dst: number, dstLen: number, dictSize: number): number;
  /** The same, but stops once `dstLen` bytes are out, as `lz4DecodePartial`. */
  lzmaDecodePartial(src: number, srcLen: number, dst: number, dstLen: number, dictSize: number): number;
  /**
   * Decodes a whole stream of raw DEFLATE, by the same rules and promises, in place as `lzmaDecode`; but what is behind
   * the final block is left alone, as by the kernel.
   */
  deflateDecode(src: number, srcLen: number, dst: number, dstLen: number): number;
  /** The same, but stops once `dstLen` bytes are out, as `lz4DecodePartial`. */
  deflateDecodePartial(src: number, srcLen: number, dst: number, dstLen: number): number;
  /**
   * Decodes one Zstandard frame without a dictionary, all of the input, by the same rules and promises; the output has
   * at most 32 MiB, and the frame needs no more memory than Linux has for windows of up to `maxWindow` bytes. A block is read from both ends, so in place `inPlaceMargin` is not enough: short of standing
   * apart, no margin is sure to do.
   */
  zstdDecode(src: number, srcLen: number, dst: number, dstLen: number, maxWindow: number): number;
  /** The same, but stops once `dstLen` bytes are out, as `lz4DecodePartial`. */
  zstdDecodePartial(src: number, srcLen: number, dst: number, dstLen: number, maxWindow: number): number;
  /** Bisects one directory block for a name. Returns the index of its dirent, or a `SearchFault`. */
  searchDirents(block: number, blockLen: number, name: number, nameLen: number): number;
  /**
   * Compares a name with the first one of a directory block, for the search over blocks: 0 equal; `1 + n`
   * when it sorts behind, `-1 - n` when before, n being the leading bytes both share; or `DAMAGED_BLOCK`.
   * The first `skip` bytes are taken as equal (the smaller n of the nearest block on either side).
   */
  compareFirstName(block: number, blockLen: number, name: number, nameLen: number, skip: number): number;
  /** CRC-32C as a raw state (unsigned): start with 0xffffffff; EROFS stores it without the final inversion. */
  crc32c(ptr: number, len: number, state: number): number;
  /** xxHash32 (unsigned). */
  xxh32(ptr: number, len: number, seed: number): number;
}

export interface KernelsOptions {
  /**
   * Size of the memory in pages of 64 KiB, up to 65536; 16 (1 MiB) by default, and at least what the tables before
   * `heapBase` take. It does not grow by itself.
   */
  readonly pages?: number;
}

/** The module's exports: the kernels, but i32 results are signed. */
interface CoreExports extends Omit<Kernels, "memory" | "heapBase"> {
  heapBase(): number;
}

/** Pages that are enough for what stands before `heapBase`. */
const TABLE_PAGES = 3;

let compiled: WebAssembly.Module | undefined;

/**
 * Makes an instance. Synchronous; the module is compiled once, by the first call.
 * Throws a RangeError when the memory cannot be had.
 */
export function createKernels(options: KernelsOptions = {}): Kernels {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0)));
  const memory = new WebAssembly.Memory({ initial: Math.max(options.pages ?? 16, TABLE_PAGES) });
  const instance = new WebAssembly.Instance(compiled, { env: { memory } });
  const core = instance.exports as unknown as CoreExports;
  return {
    memory,
    heapBase: core.heapBase(),
    lz4Decode: core.lz4Decode,
    lz4DecodePartial: core.lz4DecodePartial,
    lzmaDecode: core.lzmaDecode,
    lzmaDecodePartial: core.lzmaDecodePartial,
    deflateDecode: core.deflateDecode,
    deflateDecodePartial: core.deflateDecodePartial,
    zstdDecode: core.zstdDecode,
    zstdDecodePartial: core.zstdDecodePartial,
    searchDirents: core.searchDirents,
    compareFirstName: core.compareFirstName,
    crc32c: (ptr, len, state) => core.crc32c(ptr, len, state) >>> 0,
    xxh32: (ptr, len, seed) => core.xxh32(ptr, len, seed) >>> 0,
  };
}

/**
 * How far behind the end of the output the input must end for `lz4Decode` to work in place on every sound
 * block: a byte per 255 of the input, which is what runs of literals can expand by, and 64 so that whole
 * vectors fit to the end.
 */
export function inPlaceMargin(srcLen: number): number {
  return Math.floor(srcLen / 255) + 64;
}
