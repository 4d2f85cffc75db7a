export { type Exclusion, createExclusion, parsePatterns } from "./exclude.ts";
export type { ReadDirectoryOptions, Warning, WarningCode } from "./options.ts";
export { type DirectoryStats, type DirectoryTree, readDirectory } from "./read-directory.ts";
