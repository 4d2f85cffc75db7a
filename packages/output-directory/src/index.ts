export { extract } from "./extract.ts";
export type {
  ExtractOptions,
  ExtractStats,
  ImageFile,
  NamedCompressor,
  Warning,
  WarningCode,
} from "./options.ts";
