export { fileSource, type FileSourceOptions } from "./node/file-source.ts";
export { checkFile, type CheckFileOptions } from "./node/check-file.ts";
export type { ImageFile } from "./node/image-files.ts";
export type { NamedCompressor } from "./node/plugins.ts";

// For `@erofs/output-directory`, which reads in threads of the same kind.
export { importPlugins, type Plugin } from "./node/plugins.ts";
export { serveGroup } from "./node/serve-group.ts";
export { ThreadGroup } from "./node/thread-group.ts";
