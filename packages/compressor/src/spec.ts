/** What a user asks for, as in `lz4hc`, `lz4hc,12`, `zstd,level=3,dictsize=64k` or `./mine.mjs,effort=2`. */
export interface CompressorSpec {
  /** A compressor's name; or where one can be loaded from: a path, a `file:` URL, a package. */
  readonly name: string;
  readonly level?: number;
  /** Bytes. */
  readonly dictSize?: number;
  /** Options that only this compressor has. */
  readonly extra?: Readonly<Record<string, number>>;
}

/** A compressor option that is unknown, malformed or out of range. The message is one line and names the option. */
export class CompressorOptionError extends Error {
  /** An errno name, as all errors of this toolkit have one. */
  readonly code = "EINVAL";
  /** `name`, `level`, `dictsize`, or the option of the compressor's own. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.name = "CompressorOptionError";
    this.option = option;
  }
}

function parseNumber(option: string, value: string): number {
  const match = /^(-?\d{1,15})([kKmM]?)$/.exec(value);
  if (match === null || (option === "level" && match[2] !== "")) {
    throw new CompressorOptionError(option, `${option}: "${value}" is not a whole number`);
  }
  const unit = match[2]?.toLowerCase();
  return Number(match[1]) * (unit === "k" ? 1024 : unit === "m" ? 1024 * 1024 : 1);
}

/** What a name or a package may look like: with a scope, a path inside the package, an export behind `#`. */
const nameShape = /^(?:@[\w.~-]+\/)?[A-Za-z0-9][\w.~-]*(?:\/[^#]+)?(?:#[\w$]+)?$/;

/** Whether a spec's name says where a module is, and not what it is called. */
export function isModulePath(name: string): boolean {
  return /^(?:\.{0,2}[\\/]|file:|[A-Za-z]:[\\/])/i.test(name);
}

/**
 * Parses `name[,level][,option=value…]`, the form that mkfs.erofs takes with `-z`. Options are `level`, `dictsize` and
 * what the compressor has of its own; sizes may end in `k` or `m`. Whether the compressor exists and takes the values
 * is for `checkOptions` to say. A path with a comma in it cannot be written this way; as a `file:` URL, it has `%2C`.
 * @throws {CompressorOptionError}
 */
export function parseCompressorSpec(text: string): CompressorSpec {
  const [name = "", ...options] = text.split(",");
  if (name === "") throw new CompressorOptionError("name", `"${text}": the name of a compressor is missing`);
  if (!isModulePath(name) && !nameShape.test(name)) {
    throw new CompressorOptionError("name", `"${text}" does not start with the name of a compressor`);
  }
  const values = new Map<string, number>();
  for (const [index, option] of options.entries()) {
    const equals = option.indexOf("=");
    // a bare number right behind the name is the level
    const isLevel = equals < 0 && index === 0 && /^-?\d/.test(option);
    const key = isLevel ? "level" : equals < 0 ? option : option.slice(0, equals);
    if (!/^[a-z][a-z0-9_-]*$/i.test(key)) {
      throw new CompressorOptionError(key, `${name}: "${option}" is not of the form option=value`);
    }
    if (equals < 0 && !isLevel) throw new CompressorOptionError(key, `${key}: a value is missing`);
    if (values.has(key)) throw new CompressorOptionError(key, `${key} is given twice`);
    values.set(key, parseNumber(key, option.slice(equals + 1)));
  }
  const level = values.get("level");
  const dictSize = values.get("dictsize");
  const extra = Object.fromEntries([...values].filter(([key]) => key !== "level" && key !== "dictsize"));
  return {
    name,
    ...(level === undefined ? {} : { level }),
    ...(dictSize === undefined ? {} : { dictSize }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/**
 * Parses several specs with `:` between them, as `lz4hc,12:lzma`. The colons of `file:///x.mjs` and of `C:\x.mjs` do
 * not separate.
 * @throws {CompressorOptionError}
 */
export function parseCompressorSpecs(text: string): CompressorSpec[] {
  // A colon behind `file` or a drive's letter, with a slash behind it, belongs to the path.
  const items = text.split(/(?<!(?:^|:)file(?=:\/)|(?:^|:|\/)[A-Za-z](?=:[\\/])):/i);
  return items.map(parseCompressorSpec);
}
