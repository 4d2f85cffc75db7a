import { Algorithm, type Encoder } from "../contract.ts";
import type { ConformanceCase, Kit, Variant } from "./case.ts";
import { check, checkSame, GuardedMemory } from "./check.ts";
import { type IndependentDecode, kernelDecode } from "./decoding.ts";
import { mixedBytes, randomBytes, textBytes } from "./inputs.ts";
import { farthestLz4Match, promisedReach } from "./reach.ts";

const CAPACITIES = [4096, 16384, 65536, 1 << 20];
const SMALL_CAPACITIES = Array.from({ length: 64 }, (_, index) => index + 1);
/** Every real codec gets at least one byte into this many. */
const ROOM_FOR_ANYTHING = 64;

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
  const guarded = new GuardedMemory(capacity);
  const original = input.slice();
  const { consumed, produced } = encoder.encode(input, guarded.bytes);
  checkSame(input, original, `${what}: the input was changed`);
  const areWhole = Number.isInteger(consumed) && Number.isInteger(produced);
  check(areWhole, `${what}: consumed ${consumed} and produced ${produced}, expected whole numbers`);
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
  guarded.check(produced, what);
  const stream = guarded.bytes.slice(0, produced);
  if (produced > 0) {
    check(stream[0] !== 0, `${what}: the first byte is zero`);
    checkSame(decode(stream, consumed), input.subarray(0, consumed), `${what}: decoded`);
  }
  return { consumed, stream };
}

/** What an encoder with some options does. */
export function encoderCases(kit: Kit, variant: Variant): ConformanceCase[] {
  const { inputs } = kit;
  const input = (name: string): Uint8Array => inputs.get(name)!;
  const suffix = variant.label === "" ? "" : ` (${variant.label})`;

  const encodes = [...inputs].map(([name, bytes]): ConformanceCase => ({
    name: `encodes ${name}${suffix}`,
    run: async () => {
      const decode = await kit.createDecode();
      const encoder = await kit.createEncoder(variant);
      for (const capacity of CAPACITIES) {
        encodeChecked(encoder, decode, bytes, capacity, `${name} into ${capacity}`);
      }
    },
  }));

  return [
    ...encodes,
    {
      name: `fills outputs of 1 to 64 bytes${suffix}`,
      run: async () => {
        const decode = await kit.createDecode();
        const encoder = await kit.createEncoder(variant);
        for (const name of ["text", "noise", "zeros", "runs"]) {
          for (const capacity of SMALL_CAPACITIES) {
            const bytes = input(name).subarray(0, 3000);
            encodeChecked(encoder, decode, bytes, capacity, `${name} into ${capacity}`);
          }
        }
      },
    },
    {
      name: `encodes inputs about as long as the output${suffix}`,
      run: async () => {
        const decode = await kit.createDecode();
        const encoder = await kit.createEncoder(variant);
        for (const name of ["text", "noise"]) {
          for (let length = 4096 - 24; length <= 4096 + 24; length += 3) {
            const bytes = input(name).subarray(0, length);
            encodeChecked(encoder, decode, bytes, 4096, `${length} bytes of ${name} into 4096`);
          }
        }
      },
    },
    {
      name: `puts more into an output than its size${suffix}`,
      run: async () => {
        const encoder = await kit.createEncoder(variant);
        for (const name of ["zeros", "text", "runs"]) {
          const bytes = input(name);
          const capacity = Math.min(16384, bytes.length >> 2);
          const { consumed } = encoder.encode(bytes, new Uint8Array(capacity));
          check(consumed > capacity * 1.5, `${name}: only ${consumed} bytes fitted ${capacity}`);
        }
      },
    },
    {
      name: `gives the same bytes whatever was encoded before${suffix}`,
      run: async () => {
        const decode = await kit.createDecode();
        const reused = await kit.createEncoder(variant);
        for (const name of ["text", "mixed", "runs", "text", "noise", "mixed"]) {
          const fresh = encodeChecked(await kit.createEncoder(variant), decode, input(name), 8192, name);
          const again = encodeChecked(reused, decode, input(name), 8192, name);
          check(
            again.consumed === fresh.consumed,
            `${name}: consumed ${again.consumed}, then ${fresh.consumed}`,
          );
          checkSame(again.stream, fresh.stream, name);
        }
      },
    },
    {
      name: `keeps matches within what its configuration record says${suffix}`,
      run: () => checkReach(kit, variant),
    },
    {
      name: `cuts from its window what encode makes of the same bytes${suffix}`,
      run: () => checkWindow(kit, variant),
    },
  ];
}

async function checkReach(kit: Kit, variant: Variant): Promise<void> {
  const { compressor, inputSize } = kit;
  const { algorithm } = compressor;
  const maxOutput = 65536;
  const record = compressor.config({ ...variant.options, maxOutput, blockSize: 4096 });
  const reach = promisedReach(algorithm, record);
  if (reach === undefined) return;
  const encoder = await kit.createEncoder(variant, maxOutput);
  const noise = randomBytes(Math.min(60_000, inputSize >> 2), 31);
  // the same again, as far back as LZ4 can reach, and text, whose matches are near
  const far = Uint8Array.from({ length: 3 * noise.length }, (_, index) => noise[index % noise.length]!);
  for (const bytes of [far, textBytes(inputSize, 32)]) {
    const output = new Uint8Array(maxOutput);
    const { consumed, produced } = encoder.encode(bytes, output);
    const stream = output.subarray(0, produced);
    if (algorithm === Algorithm.lz4) {
      const farthest = farthestLz4Match(stream);
      check(farthest <= reach, `a match is ${farthest} bytes back, the record says at most ${reach}`);
    } else {
      // throws where a match is too far back
      kernelDecode(algorithm, reach)(stream, consumed);
    }
  }
}

async function checkWindow(kit: Kit, variant: Variant): Promise<void> {
  const { window } = await kit.createEncoder(variant);
  if (window === undefined) return;
  check(window.input.length >= 1 << 20, `the window has only ${window.input.length} bytes`);
  check(window.output.length >= 1 << 20, `the window's output has only ${window.output.length} bytes`);
  const plain = await kit.createEncoder(variant);
  const { inputSize } = kit;
  // one run after another, each with leftovers of a longer one behind it; clusters follow on each other, or leave a gap
  for (const [run, gap] of [
    [mixedBytes(inputSize, 11), 0],
    [textBytes(inputSize >> 1, 12), 4096],
    [mixedBytes(inputSize >> 2, 13), 1],
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
      check(consumed > 0, `${what}: nothing was encoded, though there is room`);
      checkSame(window.output.subarray(0, produced), expected.subarray(0, want.produced), what);
      start += consumed + gap;
    }
  }
}
