import { lazy, libcFunction } from "./libc.ts";

const getpagesize = lazy(() => libcFunction("getpagesize", "int", []));

/** Bytes of a page of memory: the largest block that the kernel's EROFS mounts. */
export function pageSize(): number {
  return getpagesize()();
}
