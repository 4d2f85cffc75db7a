export { zstd } from "./zstd.ts";
