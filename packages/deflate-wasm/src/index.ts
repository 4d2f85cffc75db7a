export { deflate } from "./deflate.ts";
