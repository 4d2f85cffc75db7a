import type { Decoder } from "../contract.ts";
import type { ConformanceCase, Kit, Variant } from "./case.ts";
import { check, checkSame, GuardedMemory } from "./check.ts";
import { decoderOf } from "./decoding.ts";
import { seededRandom } from "./inputs.ts";

/** Damaged copies of each stream. */
const MUTATIONS = 150;
/** Milliseconds that one decoding of a damaged stream may take: a sound one of this size takes a few at most. */
const LONGEST_DECODE = 2000;

interface Sample {
  readonly stream: Uint8Array;
  readonly content: Uint8Array;
}

async function samplesOf(kit: Kit, variant: Variant): Promise<Sample[]> {
  const encoder = await kit.createEncoder(variant);
  return ["text", "mixed", "runs"].map((name) => {
    const input = kit.inputs.get(name)!;
    const output = new Uint8Array(4096);
    const { consumed, produced } = encoder.encode(input, output);
    return { stream: output.slice(0, produced), content: input.slice(0, consumed) };
  });
}

/** A copy that is shorter, longer, or has other bytes or bits somewhere. */
function damaged(stream: Uint8Array, random: () => number): Uint8Array {
  const kind = random() % 4;
  if (kind === 0) return stream.slice(0, random() % stream.length);
  if (kind === 1) {
    const longer = new Uint8Array(stream.length + 1 + (random() % 64));
    longer.set(stream);
    for (let at = stream.length; at < longer.length; at++) longer[at] = random() >>> 24;
    return longer;
  }
  const copy = stream.slice();
  for (let count = 1 + (random() % 8); count > 0; count--) {
    // half of the damage is at the beginning, where headers are
    const at = random() % (random() % 2 === 0 ? Math.min(32, copy.length) : copy.length);
    copy[at] = kind === 2 ? random() >>> 24 : copy[at]! ^ (1 << (random() % 8));
  }
  return copy;
}

/** Decodes into guarded memory; undefined where the decoder threw. */
function decodeGuarded(
  decoder: Decoder,
  stream: Uint8Array,
  length: number,
  what: string,
): Uint8Array | undefined {
  const guarded = new GuardedMemory(length);
  const original = stream.slice();
  const started = performance.now();
  let threw = false;
  let answer: unknown;
  try {
    answer = decoder.decode(stream, guarded.bytes);
  } catch {
    threw = true;
  }
  const elapsed = performance.now() - started;
  check(elapsed < LONGEST_DECODE, `${what}: took ${Math.round(elapsed)} ms`);
  check(answer === undefined, `${what}: decode returned something, expected nothing, and no promise`);
  guarded.check(length, what);
  checkSame(stream, original, `${what}: the stream was changed`);
  return threw ? undefined : guarded.bytes;
}

/** What the decoder of a private algorithm does, with damaged streams as well. */
export function decoderCases(kit: Kit, variant: Variant): ConformanceCase[] {
  return [
    {
      name: "decodes what it encoded",
      run: async () => {
        const decoder = await decoderOf(kit.compressor);
        for (const { stream, content } of await samplesOf(kit, variant)) {
          const output = decodeGuarded(decoder, stream, content.length, "a sound stream");
          check(output !== undefined, "a sound stream was refused");
          checkSame(output, content, "decoded");
        }
      },
    },
    {
      name: "refuses sound streams of other lengths",
      run: async () => {
        const decoder = await decoderOf(kit.compressor);
        for (const { stream, content } of await samplesOf(kit, variant)) {
          for (const length of [content.length + 1, content.length - 1, 0, 2 * content.length]) {
            const what = `a stream of ${content.length} bytes into ${length}`;
            const output = decodeGuarded(decoder, stream, length, what);
            check(output === undefined, `${what}: no error`);
          }
        }
      },
    },
    {
      name: "survives damaged streams, and decodes sound ones after them",
      run: async () => {
        const decoder = await decoderOf(kit.compressor);
        const random = seededRandom(21);
        for (const { stream, content } of await samplesOf(kit, variant)) {
          for (let count = 0; count < MUTATIONS; count++) {
            decodeGuarded(decoder, damaged(stream, random), content.length, `damaged stream ${count}`);
          }
          const output = decodeGuarded(decoder, stream, content.length, "a sound stream after damaged ones");
          check(output !== undefined, "a sound stream was refused after damaged ones");
          checkSame(output, content, "decoded after damaged streams");
        }
      },
    },
  ];
}
