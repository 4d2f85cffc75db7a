export * from "./byte-string.ts";
export * from "./compression-config.ts";
export * from "./constants.ts";
export * from "./errors.ts";
export * from "./features.ts";
export * from "./file-type.ts";
export * from "./superblock.ts";
