import { InvalidArgumentError } from "commander";

import { parseSize } from "./size.ts";

/** What `-z` asks for, before anyone knows whether such a compressor exists. */
export interface CompressionRequest {
  readonly name: string;
  readonly level: number | undefined;
  /** Bytes. */
  readonly dictSize: number | undefined;
}

function wholeNumber(text: string, what: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`The ${what} is not a whole number: '${text}'.`);
  return Number(text);
}

/** Reads `-z`: `lz4`, `lz4hc,12`, `lz4hc,level=12`, `lzma,level=6,dictsize=1M`, or `none`. */
export function compressionValue(text: string): CompressionRequest {
  const [name = "", ...settings] = text.split(",");
  if (name === "") throw new InvalidArgumentError("Expected NAME[,level=N].");
  let level: number | undefined;
  let dictSize: number | undefined;
  for (const setting of settings) {
    const equals = setting.indexOf("=");
    const key = equals < 0 ? "level" : setting.slice(0, equals);
    const value = setting.slice(equals + 1);
    if (key === "level") {
      level = wholeNumber(value, "level");
    } else if (key === "dictsize") {
      dictSize = parseSize(value);
      if (dictSize === undefined) throw new InvalidArgumentError(`The dictsize is not a size: '${value}'.`);
    } else {
      throw new InvalidArgumentError(`Unknown setting '${key}', expected level or dictsize.`);
    }
  }
  return { name, level, dictSize };
}
