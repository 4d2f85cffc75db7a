export { lz4 } from "./lz4.ts";
export { lz4hc } from "./lz4hc.ts";
