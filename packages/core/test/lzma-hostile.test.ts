import { expect, test } from "vitest";
import { damageStreams, mutationCount } from "./hostile.ts";
import { decodeLzma, encodeLzma, type LzmaSymbol } from "./lzma-reference.ts";
import { compressibleBytes, randomIntegers } from "./random.ts";

const ROUNDS = mutationCount(4000);

/** Symbols of all kinds, some hundred bytes of them. */
function symbols(seed: number): LzmaSymbol[] {
  const random = randomIntegers(seed);
  const bytes = compressibleBytes(1000, seed);
  const list: LzmaSymbol[] = [];
  for (let produced = 0; produced < 150 + seed * 30;) {
    const kind = produced === 0 ? 0 : random(7);
    const length = 2 + random(random(8) ? 12 : 272);
    if (kind < 4) list.push({ kind: "literal", byte: bytes[produced % 1000]! });
    else if (kind === 4) list.push({ kind: "match", distance: 1 + random(produced), length });
    else if (kind === 5) list.push({ kind: "rep", index: random(4) as 0, length });
    else list.push({ kind: "short rep" });
    produced += kind === 4 || kind === 5 ? length : 1;
  }
  return list;
}

test(`${ROUNDS} damaged streams: no trap, no stray write, no wrong byte`, () => {
  const originals = Array.from({ length: 20 }, (_, seed) => {
    const lc = seed % 5;
    const { stream, bytes } = encodeLzma({ lc, lp: (seed * 3) % (5 - lc), pb: seed % 5 }, symbols(seed));
    return { stream, length: bytes.length };
  });
  const { faults, ...seen } = damageStreams("lzma", originals, ROUNDS, 20_26, decodeLzma);
  expect(faults).toEqual([]);
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(ROUNDS / 100);
});
