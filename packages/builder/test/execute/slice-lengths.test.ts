import { describe, expect, it } from "vitest";
import { sliceLengths } from "../../src/execute/slice-lengths.ts";
import { noise } from "../trees.ts";

function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe("sliceLengths", () => {
  it("cuts bytes into slices of a half to four times of what is asked for", () => {
    for (const bits of [6, 11]) {
      const bytes = noise(400 * 2 ** bits, 1);
      const lengths = sliceLengths(bytes, bits);
      expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(bytes.length);
      for (const length of lengths.slice(0, -1)) {
        expect(length).toBeGreaterThan(2 ** (bits - 1));
        expect(length).toBeLessThanOrEqual(2 ** (bits + 2));
      }
      expect(bytes.length / lengths.length).toBeGreaterThan(2 ** bits);
      expect(bytes.length / lengths.length).toBeLessThan(2 ** (bits + 1));
    }
  });

  it("cuts equal stretches alike, wherever they stand", () => {
    const common = noise(64 << 10, 2);
    const endsIn = (before: number) => {
      const ends = new Set<number>();
      let end = 0;
      for (const length of sliceLengths(concat(noise(before, 3 + before), common), 11)) {
        end += length;
        ends.add(end - before);
      }
      return ends;
    };
    const usual = [...endsIn(0)];
    for (const before of [1, 777, 20_000]) {
      const found = endsIn(before);
      expect(usual.filter((end) => found.has(end)).length).toBeGreaterThan(usual.length - 5);
    }
  });

  it("gives the lengths that images were made with", () => {
    expect(sliceLengths(noise(10_000, 4), 10)).toMatchInlineSnapshot(`
      [
        700,
        1125,
        2392,
        691,
        4096,
        996,
      ]
    `);
  });

  it("cuts what never ends a slice where it must", () => {
    expect(sliceLengths(new Uint8Array(10_000), 10)).toEqual([4096, 4096, 1808]);
    expect(sliceLengths(new Uint8Array(0), 10)).toEqual([]);
    expect(sliceLengths(new Uint8Array(1), 10)).toEqual([1]);
  });
});
