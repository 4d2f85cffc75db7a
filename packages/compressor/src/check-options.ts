import type { Compressor, EncoderOptions } from "./contract.ts";
import { CompressorOptionError } from "./spec.ts";
import type { CompressorSpec } from "./spec.ts";

interface Range {
  readonly min: number;
  readonly max: number;
}

function checkRange(compressor: string, option: string, value: number, { min, max }: Range): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new CompressorOptionError(
    option,
    `${compressor}: ${option} ${value} is not between ${min} and ${max}`,
  );
}

/**
 * The level to encode with: `level`, or the compressor's default where it is undefined. A compressor without levels
 * ignores it, and is told 0.
 * @throws {CompressorOptionError} when the level is out of range
 */
export function checkLevel({ name, levels }: Compressor, level: number | undefined): number {
  if (levels === undefined) return 0;
  return level === undefined ? levels.default : checkRange(name, "level", level, levels);
}

/**
 * The encoder options that a spec stands for, `maxOutput` aside, once each has been held against what the compressor
 * declares. The spec's name is not looked at.
 * @throws {CompressorOptionError} which names the option and its range, or the options that there are
 */
export function checkOptions(
  compressor: Compressor,
  spec: Omit<CompressorSpec, "name">,
): Omit<EncoderOptions, "maxOutput"> {
  const { name, levels, dictSizes, extraOptions = {} } = compressor;
  const { level, dictSize, extra = {} } = spec;
  if (level !== undefined && levels === undefined) {
    throw new CompressorOptionError("level", `${name} has no levels`);
  }
  if (dictSize !== undefined && dictSizes === undefined) {
    throw new CompressorOptionError("dictsize", `${name} takes no dictsize`);
  }
  for (const [option, value] of Object.entries(extra)) {
    const range = Object.hasOwn(extraOptions, option) ? extraOptions[option] : undefined;
    if (range === undefined) {
      const known = [
        ...(levels === undefined ? [] : ["level"]),
        ...(dictSizes === undefined ? [] : ["dictsize"]),
        ...Object.keys(extraOptions),
      ];
      const list = known.length === 0 ? "it has none" : `it has: ${known.join(", ")}`;
      throw new CompressorOptionError(option, `${name}: unknown option "${option}" (${list})`);
    }
    checkRange(name, option, value, range);
  }
  return {
    level: checkLevel(compressor, level),
    ...(dictSize === undefined || dictSizes === undefined
      ? {}
      : { dictSize: checkRange(name, "dictsize", dictSize, dictSizes) }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
