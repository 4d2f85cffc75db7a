export { extract } from "./extract.ts";
export type { ExtractOptions, ExtractStats, ImageFile, Warning, WarningCode } from "./options.ts";
