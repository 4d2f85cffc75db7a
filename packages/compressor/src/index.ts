export * from "./check-compressor.ts";
export * from "./check-options.ts";
export * from "./contract.ts";
export * from "./fill-to-size.ts";
export * from "./registry.ts";
export * from "./spec.ts";
