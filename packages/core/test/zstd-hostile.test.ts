import { expect, test } from "vitest";
import { damageStreams, mutationCount } from "./hostile.ts";
import { randomIntegers } from "./random.ts";
import { randomFrame } from "./zstd-encoder.ts";
import { decodeZstdReference } from "./zstd-reference.ts";

const ROUNDS = mutationCount(3000);

test(
  `${ROUNDS} damaged frames: no trap, no stray write, no wrong byte`,
  () => {
    const originals = Array.from({ length: 250 }, (_, seed) => randomFrame(randomIntegers(seed + 1000)))
      .filter(({ content }) => content.length > 0 && content.length < 3000)
      .map(({ frame, content }) => ({ stream: frame, length: content.length }));
    const { faults, ...seen } = damageStreams("zstd", originals, ROUNDS, 20_27, decodeZstdReference);
    expect(faults).toEqual([]);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(ROUNDS / 100);
  },
  5000 + ROUNDS,
);
