import { CompressorOptionError, type CompressorSpec, parseCompressorSpecs } from "@erofs/compressor";
import { InvalidArgumentError } from "commander";

/** Reads `-z`: `lz4`, `lz4hc,12`, `zstd,level=19:lzma`, `./mine.mjs`, `auto` or `none`. */
export function compressionValue(text: string): readonly CompressorSpec[] {
  try {
    return parseCompressorSpecs(text);
  } catch (error) {
    throw error instanceof CompressorOptionError ? new InvalidArgumentError(`${error.message}.`) : error;
  }
}
