import { checkOptions } from "./check-options.ts";
import type { Compressor, EncoderOptions } from "./contract.ts";
import { CompressorOptionError, parseCompressorSpec } from "./spec.ts";
import type { CompressorSpec } from "./spec.ts";

/** A compressor with options that it accepts. */
export interface ChosenCompressor {
  readonly compressor: Compressor;
  readonly options: EncoderOptions;
}

export interface CompressorRegistry {
  /** In the order given. */
  readonly names: readonly string[];
  /** @throws {CompressorOptionError} when no compressor has the name */
  find(name: string): Compressor;
  /**
   * The compressor and the encoder options that a spec, or its text, stands for.
   * @throws {CompressorOptionError}
   */
  choose(spec: CompressorSpec | string, maxOutput: number): ChosenCompressor;
}

/** Makes a registry of plugins. Two of the same name are an error. */
export function createRegistry(compressors: readonly Compressor[]): CompressorRegistry {
  const byName = new Map<string, Compressor>();
  for (const compressor of compressors) {
    if (byName.has(compressor.name)) throw new Error(`two compressors are named "${compressor.name}"`);
    byName.set(compressor.name, compressor);
  }
  const names = [...byName.keys()];
  const find = (name: string): Compressor => {
    const compressor = byName.get(name);
    if (compressor === undefined) {
      throw new CompressorOptionError(
        "name",
        `no compressor "${name}" (there are: ${names.join(", ") || "none"})`,
      );
    }
    return compressor;
  };
  return {
    names,
    find,
    choose(spec, maxOutput) {
      const parsed = typeof spec === "string" ? parseCompressorSpec(spec) : spec;
      const compressor = find(parsed.name);
      return { compressor, options: { ...checkOptions(compressor, parsed), maxOutput } };
    },
  };
}
