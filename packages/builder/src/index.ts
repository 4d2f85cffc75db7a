export { buildImage, type BuildSummary } from "./build.ts";
export {
  type ChunkDictionary,
  type ChunkEntries,
  type ChunkOptions,
  type DictionaryDevice,
  isChunkSize,
} from "./chunk-options.ts";
export { type Compression, pclusterSizeFault } from "./compression.ts";
export type { XattrOptions } from "./xattr-options.ts";
export type { MetaboxOptions } from "./metabox-options.ts";
export type { DataAlignment, PlacementOptions } from "./placement-options.ts";
export type { AutoCompression, BuildOptions, FileCompression, InodeForm, Progress } from "./options.ts";
export { BlobSink, MemorySink, type Sink } from "./sink.ts";
export { inProcess } from "./execute/in-process.ts";
export type { Executor } from "./execute/jobs.ts";
export type { FileAccess, FileStatus, OpenFile } from "./execute/file-access.ts";
export type { Platform } from "./execute/platform.ts";
export type { CreateSha256, Sha256 } from "./execute/sha256.ts";
