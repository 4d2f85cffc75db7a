export { fileSource, type FileSourceOptions } from "./node/file-source.ts";
export { checkFile, type CheckFileOptions } from "./node/check-file.ts";
export type { ImageFile } from "./node/image-files.ts";
export type { NamedCompressor } from "./node/plugins.ts";
