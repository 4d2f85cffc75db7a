import { expect, it } from "vitest";
import { conformanceCases } from "../src/conformance.ts";
import { farthestLz4Match, promisedReach } from "../src/conformance/reach.ts";
import { Algorithm, type Compressor } from "../src/index.ts";

it("finds the farthest match of an LZ4 block", () => {
  // a literal and 300 bytes of it, 16 literals and a match 258 back, five literals
  const literals = Array.from({ length: 16 }, (_, index) => index);
  const block = [0x1f, 7, 1, 0, 255, 26, 0xf0, 1, ...literals, 2, 1, 0x50, 1, 2, 3, 4, 5];
  expect(farthestLz4Match(Uint8Array.from(block))).toBe(258);
  expect(farthestLz4Match(Uint8Array.of(0x20, 255, 255))).toBe(0);
});

it("reads what records promise", () => {
  const record = (...bytes: number[]): Uint8Array => Uint8Array.from({ length: 14 }, (_, i) => bytes[i] ?? 0);
  expect(promisedReach(Algorithm.lz4, record(0, 2))).toBe(512);
  expect(promisedReach(Algorithm.lz4, record())).toBe(65535);
  expect(promisedReach(Algorithm.lzma, record(0, 0, 1))).toBe(65536);
  expect(promisedReach(Algorithm.zstd, record(0, 5))).toBe(32768);
  expect(promisedReach(Algorithm.deflate, record(15))).toBeUndefined();
  expect(promisedReach(9, new Uint8Array(0))).toBeUndefined();
});

/** LZ4 that knows one match, of 5000 bytes and 5000 back. */
function farLz4(distance: number): Compressor {
  return {
    name: "far",
    algorithm: Algorithm.lz4,
    createEncoder: () => ({
      encode(input, output) {
        if (input[0] !== input[5000] || input[1] !== input[5001]) return { consumed: 0, produced: 0 };
        const long = (length: number): number[] => [
          ...Array.from({ length: Math.floor((length - 15) / 255) }, () => 255),
          (length - 15) % 255,
        ];
        const block = [0xff, ...long(5000), ...input.subarray(0, 5000), 5000 & 255, 5000 >> 8, ...long(4996)];
        block.push(0x50, ...input.subarray(10_000, 10_005));
        output.set(block);
        return { consumed: 10_005, produced: block.length };
      },
    }),
    config: () => Uint8Array.from({ length: 14 }, (_, i) => [distance & 255, distance >> 8, 16][i] ?? 0),
  };
}

it.each([
  [4999, "a match is 5000 bytes back, the record says at most 4999"],
  [5000, undefined],
])("catches matches beyond what the record says: %i", async (distance, message) => {
  const cases = conformanceCases(farLz4(distance), { inputSize: 20_000 });
  const keeps = cases.find(({ name }) => name.startsWith("keeps matches"));
  const outcome = await keeps!.run().then(
    () => undefined,
    (error: Error) => error.message,
  );
  expect(outcome).toBe(message);
});

it("tries no more levels than there is time for", async () => {
  const tried = new Set<number>();
  const patient: Compressor = {
    ...farLz4(5000),
    levels: { min: -(2 ** 40), max: 2 ** 40, default: 3 },
    createEncoder: ({ level }) => {
      tried.add(level);
      throw new Error("no");
    },
  };
  const cases = conformanceCases(patient);
  await expect(cases.find(({ name }) => name.startsWith("takes every"))!.run()).rejects.toThrow("no");
  expect([...tried]).toEqual([-(2 ** 40)]);
});
