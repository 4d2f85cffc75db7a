export { fileSource, type FileSourceOptions } from "./node/file-source.ts";
