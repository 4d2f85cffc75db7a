export { available, isLinux, type SystemError } from "./libc.ts";
export * from "./directory.ts";
export * from "./node.ts";
export { PATH_MAX, pathArgument } from "./path.ts";
export * from "./sparse.ts";
export * from "./stat.ts";
export * from "./time.ts";
export * from "./xattr.ts";
