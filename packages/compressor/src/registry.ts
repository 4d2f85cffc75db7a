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

/**
 * The level to encode with: `level`, or the compressor's default where it is undefined. A compressor without levels
 * ignores it, and is told 0.
 * @throws {CompressorOptionError} when the level is out of range
 */
export function checkLevel(compressor: Compressor, level: number | undefined): number {
  const { levels } = compressor;
  if (levels === undefined) return 0;
  if (level === undefined) return levels.default;
  if (!Number.isInteger(level) || level < levels.min || level > levels.max) {
    throw new CompressorOptionError(
      "level",
      `${compressor.name}: level ${level} is not between ${levels.min} and ${levels.max}`,
    );
  }
  return level;
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
      const { name, level, dictSize } = typeof spec === "string" ? parseCompressorSpec(spec) : spec;
      const compressor = find(name);
      return {
        compressor,
        options: {
          level: checkLevel(compressor, level),
          maxOutput,
          ...(dictSize === undefined ? {} : { dictSize }),
        },
      };
    },
  };
}
