/** What a user asks for, as in `lz4hc`, `lz4hc,12` or `zstd,level=3,dictsize=65536`. */
export interface CompressorSpec {
  readonly name: string;
  readonly level?: number;
  /** Bytes. */
  readonly dictSize?: number;
}

/** A compressor option that is unknown, malformed or out of range. The message is one line and names the option. */
export class CompressorOptionError extends Error {
  /** An errno name, as all errors of this toolkit have one. */
  readonly code = "EINVAL";
  /** `name`, `level`, `dictsize`, or the unknown option itself. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.name = "CompressorOptionError";
    this.option = option;
  }
}

function parseNumber(option: string, value: string): number {
  const match = /^(\d{1,15})([kKmM]?)$/.exec(value);
  if (match === null || (option === "level" && match[2] !== "")) {
    throw new CompressorOptionError(option, `${option}: "${value}" is not a number`);
  }
  const unit = match[2]?.toLowerCase();
  return Number(match[1]) * (unit === "k" ? 1024 : unit === "m" ? 1024 * 1024 : 1);
}

/**
 * Parses `name[,level][,level=N][,dictsize=N]`, the form that mkfs.erofs takes with `-z`. A dictionary size may end
 * in `k` or `m`. Whether the compressor exists and has the level is the registry's to say.
 * @throws {CompressorOptionError}
 */
export function parseCompressorSpec(text: string): CompressorSpec {
  const [name = "", ...options] = text.split(",");
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new CompressorOptionError("name", `"${text}" does not start with the name of a compressor`);
  }
  const spec: { name: string; level?: number; dictSize?: number } = { name };
  for (const [index, option] of options.entries()) {
    const equals = option.indexOf("=");
    // a bare number right behind the name is the level
    const key = equals >= 0 ? option.slice(0, equals) : index === 0 && /^\d/.test(option) ? "level" : option;
    const value = option.slice(equals + 1);
    if (key !== "level" && key !== "dictsize") {
      throw new CompressorOptionError(key, `${name}: unknown option "${key}" (level, dictsize)`);
    }
    if (equals < 0 && key === option) throw new CompressorOptionError(key, `${key}: a value is missing`);
    const field = key === "level" ? "level" : "dictSize";
    if (spec[field] !== undefined) throw new CompressorOptionError(key, `${key} is given twice`);
    spec[field] = parseNumber(key, value);
  }
  return spec;
}
