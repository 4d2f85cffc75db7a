import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { inflateReference } from "./deflate-reference.ts";
import { damageStreams, mutationCount } from "./hostile.ts";
import { compressibleBytes } from "./random.ts";

const ROUNDS = mutationCount(6000);

test(`${ROUNDS} damaged streams: no trap, no stray write, no wrong byte`, () => {
  const originals = Array.from({ length: 24 }, (_, seed) => {
    const length = 100 + seed * 40;
    const bytes = compressibleBytes(length, seed).subarray(0, length);
    const stream = deflateRawSync(bytes, { level: seed % 10, strategy: seed % 5, memLevel: 1 });
    return { length, stream };
  });
  const { faults, ...seen } = damageStreams("deflate", originals, ROUNDS, 20_27, inflateReference);
  expect(faults).toEqual([]);
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(ROUNDS / 100);
});
