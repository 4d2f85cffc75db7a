import { expect, test } from "vitest";
import { DecodeFault, inPlaceMargin } from "../src/index.ts";
import { apart, decodeAt, isEqual, type Placement } from "./arena.ts";
import { compressByLz4js, compressByLz4Wasm } from "./lz4-oracles.ts";
import { decodeReference } from "./lz4-reference.ts";
import { compressibleBytes, randomIntegers } from "./random.ts";

const ROUNDS = 30_000;

test(`${ROUNDS} mutated, cut and random blocks: no trap, no stray write, no wrong byte`, () => {
  const random = randomIntegers(20_25);
  const originals = Array.from({ length: 24 }, (_, seed) => {
    const length = 200 + seed * 90;
    const bytes = compressibleBytes(length, seed).subarray(0, length);
    return { length, block: (seed % 2 ? compressByLz4js(bytes) : undefined) ?? compressByLz4Wasm(bytes) };
  });
  const faults: string[] = [];
  const seen = { decoded: 0, corrupt: 0, overlap: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const original = originals[random(originals.length)]!;
    let block = original.block.slice(
      0,
      random(4) ? original.block.length : 1 + random(original.block.length),
    );
    if (random(8) === 0) block = Uint8Array.from({ length: random(400) }, () => random(256));
    else for (let n = random(4); n > 0; n--) block[random(block.length)] = random(3) ? random(256) : 255;
    const length = random(2) ? original.length : random(3000);
    const partial = random(3) === 0;
    const placement: Placement = [...apart, inPlaceMargin(block.length), random(80) - 20][random(6)]!;

    const { code, output, isSpilled } = decodeAt("lz4", block, length, placement, partial);
    const expected = decodeReference(block, length, partial);
    const mayOverlap = typeof placement === "number";
    if (code === DecodeFault.overlap) seen.overlap++;
    else if (code === DecodeFault.corrupt) seen.corrupt++;
    else seen.decoded++;
    let fault: string | undefined;
    if (isSpilled) fault = "wrote outside the output";
    else if (code === DecodeFault.overlap) fault = mayOverlap ? undefined : "overlap";
    else if (code === DecodeFault.corrupt) fault = expected && !mayOverlap ? "rejected" : undefined;
    else if (code !== length || !expected || !isEqual(output, expected)) fault = `wrong, code ${code}`;
    if (fault)
      faults.push(
        `round ${round}: ${block.length} to ${length}, input ${placement}, partial ${partial}: ${fault}`,
      );
  }
  expect(faults).toEqual([]);
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(ROUNDS / 100);
});
