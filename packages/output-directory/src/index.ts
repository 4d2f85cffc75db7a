export { extract } from "./extract.ts";
export type { ExtractOptions, ExtractStats, Warning, WarningCode } from "./options.ts";
export type { ImageFile, NamedCompressor } from "@erofs/reader/node";
