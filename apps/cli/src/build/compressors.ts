import type { Compressor } from "@erofs/compressor";

import { UsageError } from "../failure.ts";
import type { CompressionRequest } from "../options/compression.ts";

/** The compressors that `-z` can name, each loaded when it is asked for. Adding one is adding a line. */
const compressors: Readonly<Record<string, () => Promise<Compressor>>> = {
  lz4: async () => (await import("@erofs/lz4-wasm")).lz4,
  lz4hc: async () => (await import("@erofs/lz4-wasm")).lz4hc,
};

export const compressorNames: readonly string[] = Object.keys(compressors);

/** A compressor as chosen by the user. */
export interface ChosenCompressor {
  readonly compressor: Compressor;
  /** Undefined: the compressor's own default. */
  readonly level: number | undefined;
}

/**
 * The compressor that `-z` asks for; undefined for `none`. `option` is how messages name `-z`.
 * @throws UsageError when there is no such compressor or no such level
 */
export async function chooseCompressor(
  request: CompressionRequest | undefined,
  option: string,
): Promise<ChosenCompressor | undefined> {
  if (request === undefined || request.name === "none") return undefined;
  const { name, level } = request;
  const load = Object.hasOwn(compressors, name) ? compressors[name] : undefined;
  if (load === undefined) {
    throw new UsageError(
      `${option}: unknown compressor '${name}', known are ${compressorNames.join(", ")}, none`,
    );
  }
  if (request.dictSize !== undefined) throw new UsageError(`${option}: ${name} has no dictsize`);
  const compressor = await load();
  const { levels } = compressor;
  if (level !== undefined && levels === undefined) throw new UsageError(`${option}: ${name} has no levels`);
  if (level !== undefined && levels !== undefined && (level < levels.min || level > levels.max)) {
    throw new UsageError(`${option}: level ${level}, ${name} has levels ${levels.min} to ${levels.max}`);
  }
  return { compressor, level };
}
