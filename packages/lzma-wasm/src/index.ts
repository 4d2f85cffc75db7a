export { lzma } from "./lzma.ts";
