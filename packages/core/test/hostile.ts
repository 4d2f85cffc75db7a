// Damages streams by the thousand and compares what a decoder makes of them with what a slow one does.
import { DecodeFault, inPlaceMargin } from "../src/index.ts";
import { apart, type Codec, decodeAt, isEqual, type Placement } from "./arena.ts";
import { randomIntegers } from "./random.ts";

/** How many; `EROFS_MUTATIONS` asks for more. */
export function mutationCount(usual: number): number {
  return Number(process.env.EROFS_MUTATIONS ?? usual);
}

export interface Original {
  readonly stream: Uint8Array;
  /** Bytes that it decodes to. */
  readonly length: number;
}

/** What came of it: how many streams decoded or not, and what was wrong. */
export interface Damage {
  readonly decoded: number;
  readonly corrupt: number;
  readonly overlap: number;
  readonly faults: readonly string[];
}

/**
 * Mutated, cut and random streams, to outputs of right and wrong lengths, in all placements.
 * @param reference the bytes, or undefined for a fault
 */
export function damageStreams(
  codec: Codec,
  originals: readonly Original[],
  rounds: number,
  seed: number,
  reference: (stream: Uint8Array, length: number, partial: boolean) => Uint8Array | undefined,
): Damage {
  const random = randomIntegers(seed);
  const faults: string[] = [];
  const seen = { decoded: 0, corrupt: 0, overlap: 0 };
  for (let round = 0; round < rounds; round++) {
    const original = originals[random(originals.length)]!;
    const stream = damaged(original.stream, random);
    const length = random(2) ? original.length : random(original.length * 2);
    const partial = random(3) === 0;
    const placement: Placement = [...apart, inPlaceMargin(stream.length), random(80) - 20][random(6)]!;

    const { code, output, isSpilled } = decodeAt(codec, stream, length, placement, partial);
    const mayOverlap = typeof placement === "number";
    if (code === DecodeFault.overlap) seen.overlap++;
    else if (code === DecodeFault.corrupt) seen.corrupt++;
    else seen.decoded++;
    const bytes = Uint8Array.from(output);
    const expected = reference(stream, length, partial);
    let fault: string | undefined;
    if (isSpilled) fault = "wrote outside the output";
    else if (code === DecodeFault.overlap) fault = mayOverlap ? undefined : "overlap";
    else if (code === DecodeFault.corrupt) fault = expected && !mayOverlap ? "rejected" : undefined;
    else if (code !== length || !expected || !isEqual(bytes, expected)) fault = `wrong, code ${code}`;
    if (fault !== undefined)
      faults.push(
        `round ${round} of seed ${seed}: ${stream.length} to ${length}, input ${placement}, partial ${partial}: ${fault}`,
      );
  }
  return { ...seen, faults };
}

function damaged(original: Uint8Array, random: (limit: number) => number): Uint8Array {
  if (random(10) === 0) return Uint8Array.from({ length: 1 + random(300) }, () => random(256));
  // Not "slice", which of a Buffer is a view.
  const stream = Uint8Array.from(
    original.subarray(0, random(4) ? original.length : 1 + random(original.length)),
  );
  // Often at the beginning, where headers are.
  const at = () => random(random(2) ? stream.length : Math.min(stream.length, 60));
  for (let n = random(4); n > 0; n--) {
    const kind = random(3);
    if (kind === 0) stream[at()] = random(256);
    else if (kind === 1) stream[at()]! ^= 1 << random(8);
    else stream.fill(random(2) ? 255 : 0, at(), at());
  }
  return random(20) === 0 ? Uint8Array.of(...stream, random(256)) : stream;
}
