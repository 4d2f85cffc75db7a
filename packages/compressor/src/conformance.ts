/**
 * The conformance kit: what every compressor plugin has to pass.
 *
 * ```ts
 * import { describe, it } from "vitest";
 * describeCompressor(myCompressor, { decode, describe, it });
 * ```
 * It works with any test runner that has `describe` and `it`; checks throw on failure.
 */
import { conformanceInputs, mixedBytes, textBytes } from "./conformance-inputs.ts";

export { mixedBytes, randomBytes, runBytes, seededRandom, textBytes } from "./conformance-inputs.ts";
import { Algorithm } from "./contract.ts";
import type { Compressor, Encoder } from "./contract.ts";
import { checkLevel } from "./registry.ts";

/** Decodes a stream to exactly `length` bytes, or throws. It should not share code with the encoder. */
export type IndependentDecode = (stream: Uint8Array, length: number) => Uint8Array;

export interface ConformanceOptions {
  /** May be left out for a compressor with a decoder of its own. */
  readonly decode?: IndependentDecode;
  /** The test runner's functions; the global ones unless given. */
  readonly describe?: (name: string, body: () => void) => void;
  readonly it?: (name: string, body: () => void | Promise<void>) => void;
  /** The lowest, the default and the highest unless given. */
  readonly levels?: readonly number[];
  /** Bytes of the long inputs, 192 KiB unless given: less makes the kit faster for slow codecs. */
  readonly inputSize?: number;
}

const CAPACITIES = [4096, 16384, 65536, 1 << 20];
const SMALL_CAPACITIES = Array.from({ length: 64 }, (_, index) => index + 1);
/** Every real codec gets at least one byte into this many. */
const ROOM_FOR_ANYTHING = 64;
const GUARD = 64;
const GUARD_BYTE = 0xa5;
/** Sizes of the records that readers know (kernel: `z_erofs_lz4_cfgs` and its siblings). */
const CONFIG_SIZES = new Map<number, number>([
  [Algorithm.lz4, 14],
  [Algorithm.lzma, 14],
  [Algorithm.deflate, 6],
  [Algorithm.zstd, 6],
]);

function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

function checkSame(actual: Uint8Array, expected: Uint8Array, what: string): void {
  check(actual.length === expected.length, `${what}: ${actual.length} bytes, expected ${expected.length}`);
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  check(at < 0, `${what}: byte ${at} is ${actual[at]}, expected ${expected[at]}`);
}

interface Encoded {
  readonly consumed: number;
  readonly stream: Uint8Array;
}

/** Encodes into guarded memory and checks all that can be said of one result. */
function encodeChecked(
  encoder: Encoder,
  decode: IndependentDecode,
  input: Uint8Array,
  capacity: number,
  what: string,
): Encoded {
  const guarded = new Uint8Array(capacity + 2 * GUARD).fill(GUARD_BYTE);
  const original = input.slice();
  const { consumed, produced } = encoder.encode(input, guarded.subarray(GUARD, GUARD + capacity));
  checkSame(input, original, `${what}: the input was changed`);
  check(consumed >= 0 && consumed <= input.length, `${what}: consumed ${consumed} of ${input.length} bytes`);
  check(produced >= 0 && produced <= capacity, `${what}: produced ${produced} bytes of at most ${capacity}`);
  check(
    (consumed === 0) === (produced === 0),
    `${what}: consumed ${consumed} bytes but produced ${produced}`,
  );
  check(
    consumed > 0 || input.length === 0 || capacity < ROOM_FOR_ANYTHING,
    `${what}: nothing was encoded, though there is room`,
  );
  const outside = guarded.findIndex(
    (byte, index) => byte !== GUARD_BYTE && (index < GUARD || index >= GUARD + produced),
  );
  check(outside < 0, `${what}: wrote at ${outside - GUARD}, outside the ${produced} bytes produced`);
  const stream = guarded.slice(GUARD, GUARD + produced);
  if (produced > 0) {
    check(stream[0] !== 0, `${what}: the first byte is zero`);
    checkSame(decode(stream, consumed), input.subarray(0, consumed), `${what}: decoded`);
  }
  return { consumed, stream };
}

async function resolveDecode(
  compressor: Compressor,
  given: IndependentDecode | undefined,
): Promise<IndependentDecode> {
  if (given !== undefined) return given;
  const decoder = await compressor.createDecoder?.();
  check(decoder !== undefined, `${compressor.name}: give the kit a decoder, as the compressor has none`);
  return (stream, length) => {
    const output = new Uint8Array(length);
    decoder.decode(stream, output);
    return output;
  };
}

/** Registers the kit's tests for one compressor. */
export function describeCompressor(compressor: Compressor, options: ConformanceOptions = {}): void {
  const globals = globalThis as Partial<Required<Pick<ConformanceOptions, "describe" | "it">>>;
  const describe = options.describe ?? globals.describe;
  const it = options.it ?? globals.it;
  check(describe !== undefined && it !== undefined, "give the kit the describe and it of your test runner");
  const { levels } = compressor;
  const tried = options.levels ?? (levels === undefined ? [0] : [levels.min, levels.default, levels.max]);
  const inputs = conformanceInputs(options.inputSize ?? 192 * 1024);
  const createEncoder = async (level: number, maxOutput = 1 << 20): Promise<Encoder> =>
    compressor.createEncoder({ level: checkLevel(compressor, level), maxOutput });

  describe(`compressor ${compressor.name}`, () => {
    it("has a name, an algorithm and a configuration record", () => {
      check(/^[a-z0-9][a-z0-9._-]*$/.test(compressor.name), `name "${compressor.name}"`);
      check(
        Number.isInteger(compressor.algorithm) && compressor.algorithm >= 0,
        `algorithm ${compressor.algorithm}`,
      );
      const level = checkLevel(compressor, undefined);
      for (const blockSize of [512, 4096, 65536]) {
        const { length } = compressor.config({ level, maxOutput: 65536, blockSize });
        const expected = CONFIG_SIZES.get(compressor.algorithm) ?? length;
        check(length === expected, `configuration record of ${length} bytes, expected ${expected}`);
      }
    });

    if (levels !== undefined) {
      it("takes every level of its range and no other", async () => {
        check(
          levels.min <= levels.default && levels.default <= levels.max,
          "the default level is out of range",
        );
        for (let level = levels.min; level <= levels.max; level++) await createEncoder(level, 4096);
        for (const level of [levels.min - 1, levels.max + 1, levels.min + 0.5]) {
          const outcome = await Promise.resolve()
            .then(() => compressor.createEncoder({ level, maxOutput: 4096 }))
            .catch(() => undefined);
          check(outcome === undefined, `an encoder of level ${level} was made`);
        }
      });
    }

    for (const level of new Set(tried)) {
      const suffix = levels === undefined ? "" : ` (level ${level})`;

      for (const [name, input] of inputs) {
        it(`encodes ${name}${suffix}`, async () => {
          const decode = await resolveDecode(compressor, options.decode);
          const encoder = await createEncoder(level);
          for (const capacity of CAPACITIES) {
            encodeChecked(encoder, decode, input, capacity, `${name} into ${capacity}`);
          }
        });
      }

      it(`fills outputs of 1 to 64 bytes${suffix}`, async () => {
        const decode = await resolveDecode(compressor, options.decode);
        const encoder = await createEncoder(level);
        for (const name of ["text", "noise", "zeros", "runs"]) {
          const input = inputs.get(name)!.subarray(0, 3000);
          for (const capacity of SMALL_CAPACITIES) {
            encodeChecked(encoder, decode, input, capacity, `${name} into ${capacity}`);
          }
        }
      });

      it(`encodes inputs about as long as the output${suffix}`, async () => {
        const decode = await resolveDecode(compressor, options.decode);
        const encoder = await createEncoder(level);
        for (const name of ["text", "noise"]) {
          for (let length = 4096 - 24; length <= 4096 + 24; length += 3) {
            const input = inputs.get(name)!.subarray(0, length);
            encodeChecked(encoder, decode, input, 4096, `${length} bytes of ${name} into 4096`);
          }
        }
      });

      it(`puts more into an output than its size${suffix}`, async () => {
        const encoder = await createEncoder(level);
        for (const name of ["zeros", "text", "runs"]) {
          const { consumed } = encoder.encode(inputs.get(name)!, new Uint8Array(16384));
          check(consumed > 16384 * 1.5, `${name}: only ${consumed} bytes fitted 16384`);
        }
      });

      it(`gives the same bytes whatever was encoded before${suffix}`, async () => {
        const decode = await resolveDecode(compressor, options.decode);
        const reused = await createEncoder(level);
        for (const name of ["text", "mixed", "runs", "text", "noise", "mixed"]) {
          const input = inputs.get(name)!;
          const fresh = encodeChecked(await createEncoder(level), decode, input, 8192, name);
          const again = encodeChecked(reused, decode, input, 8192, name);
          check(
            again.consumed === fresh.consumed,
            `${name}: consumed ${again.consumed}, then ${fresh.consumed}`,
          );
          checkSame(again.stream, fresh.stream, name);
        }
      });

      it(`cuts from its window what encode makes of the same bytes${suffix}`, async () => {
        const encoder = await createEncoder(level);
        const { window } = encoder;
        if (window === undefined) return;
        check(window.input.length >= 1 << 20, `the window has only ${window.input.length} bytes`);
        check(window.output.length >= 1 << 20, `the window's output has only ${window.output.length} bytes`);
        const plain = await createEncoder(level);
        const size = options.inputSize ?? 192 * 1024;
        // one run after another, each with leftovers of a longer one behind it; clusters follow on each other, or leave a gap
        for (const [run, gap] of [
          [mixedBytes(size, 11), 0],
          [textBytes(size >> 1, 12), 4096],
          [mixedBytes(size >> 2, 13), 1],
          [textBytes(5, 14), 0],
        ] as const) {
          window.input.set(run);
          window.begin(run.length);
          const capacities = [4096, 16384, 100, 4096, 65536, 4096];
          for (let start = 0, index = 0; start < run.length; index++) {
            const capacity = capacities[index % capacities.length]!;
            const expected = new Uint8Array(capacity);
            const want = { ...plain.encode(run.subarray(start), expected) };
            const { consumed, produced } = window.encodeAt(start, capacity);
            const what = `${capacity} bytes from ${start} on`;
            check(consumed === want.consumed, `${what}: consumed ${consumed}, encode ${want.consumed}`);
            checkSame(window.output.subarray(0, produced), expected.subarray(0, want.produced), what);
            start += consumed + gap;
          }
        }
      });
    }
  });
}
