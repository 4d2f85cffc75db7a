import { Algorithm, type Compressor, PRIVATE_ALGORITHMS } from "./contract.ts";

/** An object that is no compressor. The message is one line: where it is from, what was found, what was expected. */
export class CompressorError extends Error {
  /** An errno name, as all errors of this toolkit have one. */
  readonly code = "EINVAL";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CompressorError";
  }
}

const nameShape = /^[a-z0-9][a-z0-9._-]*$/;
const longestName = 64;
const optionShape = /^[a-z][a-z0-9_-]*$/;
/** What a spec has names for already. */
const takenOptions = new Set(["level", "dictsize"]);

type Fields = Partial<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}

/** Why `value` is no object of whole numbers in the order of `fields`, each at most the next one. */
function rangeFault(value: unknown, fields: readonly string[]): string | undefined {
  if (!isRecord(value)) return `${show(value)}, expected { ${fields.join(", ")} }`;
  const numbers = fields.map((field) => value[field]);
  const wrong = numbers.findIndex((number) => !Number.isSafeInteger(number));
  if (wrong >= 0) return `${fields[wrong]} ${show(numbers[wrong])}, expected a whole number`;
  const isSorted = numbers.every((number, i) => i === 0 || Number(numbers[i - 1]) <= Number(number));
  return isSorted ? undefined : `${fields.map((field, i) => `${field} ${String(numbers[i])}`).join(", ")}`;
}

function extraOptionsFault(value: unknown): string | undefined {
  if (!isRecord(value)) return `extraOptions ${show(value)}, expected an object`;
  for (const [option, range] of Object.entries(value)) {
    if (!optionShape.test(option) || takenOptions.has(option)) {
      return `extraOptions has "${option}", expected names of a-z, 0-9, _ and -, but level and dictsize`;
    }
    const fault = rangeFault(range, ["min", "max"]);
    if (fault !== undefined) return `extraOptions.${option}: ${fault}`;
    const { description } = range as Fields;
    if (typeof description !== "string") {
      return `extraOptions.${option}: description ${show(description)}, expected a text`;
    }
  }
  return undefined;
}

/** The first thing that keeps an object from being a compressor. */
function faultOf(value: unknown): string | undefined {
  if (!isRecord(value)) return `${show(value)}, expected an object`;
  const { name, module, algorithm, levels, dictSizes, extraOptions, createDecoder } = value;
  if (typeof name !== "string" || !nameShape.test(name) || name.length > longestName) {
    return `name ${show(name)}, expected up to ${longestName} of a-z, 0-9, '.', '_' and '-', the first no sign`;
  }
  if (module !== undefined && (typeof module !== "string" || !URL.canParse(module))) {
    return `module ${show(module)}, expected a URL: import.meta.url`;
  }
  const { max } = PRIVATE_ALGORITHMS;
  if (!Number.isInteger(algorithm) || Number(algorithm) < 0 || Number(algorithm) > max) {
    return `algorithm ${show(algorithm)}, expected 0 to ${Algorithm.zstd}, or up to ${max} for one of its own`;
  }
  for (const field of ["createEncoder", "config"]) {
    if (typeof value[field] !== "function") return `${field} ${show(value[field])}, expected a function`;
  }
  const isOptional = createDecoder === undefined && Number(algorithm) < PRIVATE_ALGORITHMS.min;
  if (!isOptional && typeof createDecoder !== "function") {
    const why = createDecoder === undefined ? ` as algorithm ${show(algorithm)} is private` : "";
    return `createDecoder ${show(createDecoder)}, expected a function${why}`;
  }
  const levelsFault = levels === undefined ? undefined : rangeFault(levels, ["min", "default", "max"]);
  if (levelsFault !== undefined) return `levels: ${levelsFault}`;
  const dictFault = dictSizes === undefined ? undefined : rangeFault(dictSizes, ["min", "max"]);
  if (dictFault !== undefined) return `dictSizes: ${dictFault}`;
  return extraOptions === undefined ? undefined : extraOptionsFault(extraOptions);
}

/**
 * Makes sure that a value of unknown origin is a compressor, as far as that can be said without calling it: every field
 * is there and of its type, ranges are ranges. `where` begins the message: `module ./mine.mjs`.
 * @throws {CompressorError}
 */
export function checkCompressor(value: unknown, where: string): asserts value is Compressor {
  let fault: string | undefined;
  try {
    fault = faultOf(value);
  } catch (cause) {
    // A getter or a proxy of the stranger's.
    throw new CompressorError(`${where}: it cannot be looked at`, { cause });
  }
  if (fault !== undefined) throw new CompressorError(`${where}: ${fault}`);
}
