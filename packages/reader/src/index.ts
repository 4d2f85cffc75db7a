export {
  type AsyncImage,
  type AsyncOpenOptions,
  type DeviceTable,
  deviceTable,
  deviceTableSync,
  open,
  openSync,
  type SyncImage,
  type SyncOpenOptions,
} from "./image.ts";
export { METABOX } from "./metadata-space.ts";
export type { CacheSizes, OpenOptions } from "./image-state.ts";
export { deviceName, isFlat } from "./devices.ts";
export { loadDecoders, type PrivateDecoder } from "./private-decoders.ts";
export type { DataRange, ExtentInfo, PhysicalRange } from "./file-ranges.ts";
export type { ExtentKind } from "./extents/extent.ts";
export type { LookupOptions } from "./path.ts";
export type { WalkEntry } from "./walk.ts";
export type { Xattr } from "./xattrs.ts";
export { blobSource } from "./sources/blob-source.ts";
export { httpSource, type HttpSourceOptions } from "./sources/http-source.ts";
// For `@erofs/remote`, which keeps what it gets on disk.
export { type RangeRequest, type RemoteFile, requestRange } from "./sources/http-range.ts";
export { memorySource } from "./sources/memory-source.ts";
export type { AsyncSource, SyncSource } from "./sources/source.ts";
export { check, type CheckOptions, checkSync } from "./check/check.ts";
export type { CheckProgress, CheckReport, Fault, FaultCode } from "./check/report.ts";
