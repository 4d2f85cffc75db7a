import type { Compressor } from "@erofs/compressor";

/** A compressor that comes with the command. Its package is loaded when it is used, not before. */
export interface IncludedCompressor {
  readonly name: string;
  /** What it is asked for, for help; the compressor itself has the last word. */
  readonly options: string;
  /** For whom it is, in half a line. */
  readonly summary: string;
  load(): Promise<Compressor>;
}

/** From the fastest to read on. They are plugins as any other: adding one is adding it here. */
export const includedCompressors: readonly IncludedCompressor[] = [
  {
    name: "lz4",
    options: "",
    summary: "fast to make and to read; Linux 5.4",
    load: async () => (await import("@erofs/lz4-wasm")).lz4,
  },
  {
    name: "lz4hc",
    options: "levels 0 to 12, default 9",
    summary: "LZ4, smaller",
    load: async () => (await import("@erofs/lz4-wasm")).lz4hc,
  },
  {
    name: "zstd",
    options: "levels 0 to 22, default 3; dictsize 1K to 1M",
    summary: "smaller; Linux 6.10",
    load: async () => (await import("@erofs/zstd-wasm")).zstd,
  },
  {
    name: "deflate",
    options: "levels 0 to 12, default 1; dictsize 256 to 32K",
    summary: "Linux 6.6",
    load: async () => (await import("@erofs/deflate-wasm")).deflate,
  },
  {
    name: "lzma",
    options: "levels 0 to 109, default 6; dictsize 4K to 8M; lc, lp, pb",
    summary: "smallest, slow to read; Linux 5.16",
    load: async () => (await import("@erofs/lzma-wasm")).lzma,
  },
];

export function findIncluded(name: string): IncludedCompressor | undefined {
  return includedCompressors.find((included) => included.name === name);
}
