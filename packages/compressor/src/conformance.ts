/**
 * The conformance kit: what every compressor plugin has to pass.
 *
 * ```ts
 * import { describe, it } from "vitest"; // or "node:test", or nothing where they are global
 * describeCompressor(myCompressor, { describe, it });
 * ```
 * For a test runner of another kind, `conformanceCases` gives the tests as functions.
 */
import { checkOptions } from "./check-options.ts";
import { type Compressor, PRIVATE_ALGORITHMS } from "./contract.ts";
import type { ConformanceCase, Kit, Variant } from "./conformance/case.ts";
import { check } from "./conformance/check.ts";
import { declarationCases } from "./conformance/declaration-cases.ts";
import { decoderCases } from "./conformance/decoder-cases.ts";
import { independentDecode, type IndependentDecode } from "./conformance/decoding.ts";
import { encoderCases } from "./conformance/encoder-cases.ts";
import { conformanceInputs } from "./conformance/inputs.ts";

export type { ConformanceCase } from "./conformance/case.ts";
export type { IndependentDecode } from "./conformance/decoding.ts";
export { mixedBytes, randomBytes, runBytes, seededRandom, textBytes } from "./conformance/inputs.ts";

export interface ConformanceOptions {
  /** What to decode with in place of the toolkit's own decoder, or of the compressor's for a private algorithm. */
  readonly decode?: IndependentDecode;
  /** The lowest, the default and the highest unless given. */
  readonly levels?: readonly number[];
  /** Bytes of the long inputs, 192 KiB unless given: less makes the kit faster for slow codecs. At least 4096. */
  readonly inputSize?: number;
}

/** The test runner's functions; the global ones unless given. */
export interface TestRunner {
  readonly describe?: (name: string, body: () => void) => void;
  readonly it?: (name: string, body: () => void | Promise<void>) => void;
}

/** The levels to try; at the first one of them, the ends of the other options' ranges as well. */
function variantsOf(compressor: Compressor, levels: readonly number[] | undefined): Variant[] {
  const { levels: range, dictSizes, extraOptions = {} } = compressor;
  const tried = levels ?? (range === undefined ? [] : [range.min, range.default, range.max]);
  const byLevel = [...new Set(tried)].map((level): Variant => ({
    label: `level ${level}`,
    options: checkOptions(compressor, { level }),
  }));
  const usual: Variant = byLevel[0] ?? { label: "", options: checkOptions(compressor, {}) };
  const more = (label: string, options: Partial<Variant["options"]>): Variant => ({
    label: usual.label === "" ? label : `${usual.label}, ${label}`,
    options: { ...usual.options, ...options },
  });
  const ends = ({ min, max }: { min: number; max: number }) => [...new Set([min, max])];
  return [
    ...(byLevel.length === 0 ? [usual] : byLevel),
    ...(dictSizes === undefined ? [] : ends(dictSizes)).map((dictSize) =>
      more(`dictsize ${dictSize}`, { dictSize }),
    ),
    ...Object.entries(extraOptions).flatMap(([option, limits]) =>
      ends(limits).map((value) => more(`${option} ${value}`, { extra: { [option]: value } })),
    ),
  ];
}

/** The kit's tests for one compressor, for any test runner. */
export function conformanceCases(
  compressor: Compressor,
  options: ConformanceOptions = {},
): ConformanceCase[] {
  const { inputSize = 192 * 1024, decode } = options;
  check(inputSize >= 4096, `inputSize ${inputSize}, expected at least 4096`);
  const kit: Kit = {
    compressor,
    inputs: conformanceInputs(inputSize),
    inputSize,
    createDecode: () => independentDecode(compressor, decode),
    createEncoder: async (variant, maxOutput = 1 << 20) =>
      compressor.createEncoder({ ...variant.options, maxOutput }),
  };
  const variants = variantsOf(compressor, options.levels);
  const isPrivate = compressor.algorithm >= PRIVATE_ALGORITHMS.min;
  return [
    ...declarationCases(kit, variants),
    ...variants.flatMap((variant) => encoderCases(kit, variant)),
    ...(isPrivate ? decoderCases(kit, variants[0]!) : []),
  ];
}

/** Registers the kit's tests for one compressor. */
export function describeCompressor(
  compressor: Compressor,
  options: ConformanceOptions & TestRunner = {},
): void {
  const globals = globalThis as TestRunner;
  const describe = options.describe ?? globals.describe;
  const it = options.it ?? globals.it;
  check(describe !== undefined && it !== undefined, "give the kit the describe and it of your test runner");
  describe(`compressor ${compressor.name}`, () => {
    for (const { name, run } of conformanceCases(compressor, options)) it(name, () => run());
  });
}
