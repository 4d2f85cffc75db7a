export { type Exclusion, createExclusion, parsePatterns } from "./exclude.ts";
export type { ReadDirectoryOptions, Warning, WarningCode } from "./options.ts";
export {
  type DirectoryStats,
  type DirectoryTree,
  type ListedDirectory,
  readDirectory,
  scanDirectory,
} from "./read-directory.ts";
