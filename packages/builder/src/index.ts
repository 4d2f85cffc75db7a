export { buildImage, type BuildSummary } from "./build.ts";
export { type BuildOptions, type InodeForm, pclusterSizeFault, type Progress } from "./options.ts";
export { MemorySink, type Sink } from "./sink.ts";
export { inProcess } from "./execute/in-process.ts";
export type { Executor } from "./execute/jobs.ts";
export type { FileAccess, FileStatus, OpenFile } from "./execute/file-access.ts";
