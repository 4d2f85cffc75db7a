import type { CompressorSpec } from "@erofs/compressor";
import { InvalidArgumentError } from "commander";
import { compressionValue } from "./compression.ts";
import { sizeValue } from "./size.ts";

/** How metadata are compressed: clusters of so many bytes, and by what, if that is said. */
export interface MetaboxFlag {
  readonly pclusterSize: number;
  readonly compressor?: CompressorSpec;
}

/** Reads `SIZE` or `SIZE:COMPRESSOR`. */
export function metaboxValue(text: string): MetaboxFlag {
  const [size = "", ...rest] = text.split(":");
  const pclusterSize = sizeValue(size);
  if (rest.length === 0) return { pclusterSize };
  const [compressor, ...others] = compressionValue(rest.join(":"));
  if (
    compressor === undefined ||
    others.length > 0 ||
    compressor.name === "auto" ||
    compressor.name === "none"
  ) {
    throw new InvalidArgumentError("Expected one compressor behind the size, as in 4096:zstd.");
  }
  return { pclusterSize, compressor };
}
