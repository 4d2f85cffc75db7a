import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { choose, isEven, sampleRanges, sampleSize } from "../../src/execute/choose.ts";
import { Choice } from "../../src/execute/jobs.ts";
import { noise, runs } from "../trees.ts";

/** What is chosen of candidates that make 1000 bytes to `sizes`, and which were tried. */
function choice(sizes: readonly number[], worth: number, looksRandom = false) {
  const tried: number[] = [];
  const sizeWith = (candidate: number) => {
    tried.push(candidate);
    return sizes[candidate]!;
  };
  const rule = { candidates: sizes.map((_, i) => i), worth };
  return { chosen: choose(rule, 1000, sizeWith, () => looksRandom), tried };
}

describe("choose", () => {
  it.each<[number[], number, number]>([
    [[500, 480, 450], 0.05, 2],
    // 2 saves a tenth of what 0 takes, but not of what 1 takes.
    [[500, 450, 420], 0.1, 1],
    [[500, 476, 476], 0.05, 0],
    [[960, 1000, 1000], 0.05, Choice.none],
    [[950], 0.05, 0],
    [[990, 980, 700], 0.05, 2],
    [[1000, 1000, 700], 0.05, 2],
  ])("of %j with a worth of %d takes %d", (sizes, worth, expected) => {
    expect(choice(sizes, worth).chosen).toBe(expected);
  });

  it("gives up on random bytes that the first candidate does not shrink", () => {
    expect(choice([1000, 500], 0.05, true)).toEqual({ chosen: Choice.none, tried: [0] });
    expect(choice([990, 500], 0.05, true)).toEqual({ chosen: 1, tried: [0, 1] });
  });
});

describe("isEven", () => {
  it("tells compressed bytes from others", () => {
    const text = Buffer.from(Array.from(noise(40_000, 1), (byte) => byte.toString(36)).join(" "));
    expect(isEven([noise(5000, 0x12345678)])).toBe(true);
    expect(isEven([noise(700, 0x23456789), noise(700, 0x3456789a)])).toBe(true);
    expect(isEven([deflateRawSync(text)])).toBe(true);
    expect(isEven([Buffer.from(Buffer.from(noise(30_000, 4)).toString("base64"))])).toBe(false);
    expect(isEven([text])).toBe(false);
    expect(isEven([runs(100_000, 1).fill(7, 20_000)])).toBe(false);
  });
});

describe("sampleRanges", () => {
  it.each([4096, 65536, 1 << 20])("lie in the file, apart, with clusters of %i", (cluster) => {
    for (const size of [sampleSize(cluster) + 1, sampleSize(cluster) * 5 + 77]) {
      const ranges = sampleRanges(size, cluster);
      let end = 0;
      for (const { offset, length } of ranges) {
        expect(offset).toBeGreaterThanOrEqual(end);
        end = offset + length;
      }
      expect(ranges[0]!.offset).toBe(0);
      expect(end).toBe(size);
      expect(ranges.reduce((sum, { length }) => sum + length, 0)).toBe(sampleSize(cluster));
    }
  });
});
