import { CompressorOptionError, type CompressorSpec, parseCompressorSpec } from "@erofs/compressor";
import { InvalidArgumentError } from "commander";

/** Reads `-z`: `lz4`, `lz4hc,12`, `lz4hc,level=12`, or `none`. */
export function compressionValue(text: string): CompressorSpec {
  try {
    return parseCompressorSpec(text);
  } catch (error) {
    throw error instanceof CompressorOptionError ? new InvalidArgumentError(`${error.message}.`) : error;
  }
}
