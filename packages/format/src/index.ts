export * from "./byte-string.ts";
export * from "./file-type.ts";
