import { describe, expect, it } from "vitest";
import { fillToSize } from "../src/index.ts";
import { mixedBytes, randomBytes, runBytes } from "../src/conformance.ts";
import { runLengthWhole } from "./run-length-codec.ts";

describe("fillToSize", () => {
  it.each([
    ["runs", runBytes(300_000, 1)],
    ["noise", randomBytes(300_000, 2)],
    ["a mix", mixedBytes(300_000, 3)],
    ["zeros", new Uint8Array(3_000_000)],
  ])("finds nearly the longest prefix of %s that fits", (_, input) => {
    for (const capacity of [64, 1000, 4096, 65536]) {
      let calls = 0;
      const encode = fillToSize((bytes) => {
        calls++;
        return runLengthWhole(bytes);
      });
      const output = new Uint8Array(capacity);
      const { consumed, produced } = encode(input, output);
      expect(output.subarray(0, produced)).toEqual(runLengthWhole(input.subarray(0, consumed)));
      expect(consumed === input.length || produced >= capacity * 0.9).toBe(true);
      expect(calls).toBeLessThanOrEqual(12);
    }
  });

  it("takes an input that fits as a whole at the first try", () => {
    let calls = 0;
    const encode = fillToSize((bytes) => {
      calls++;
      return runLengthWhole(bytes);
    });
    expect(encode(new Uint8Array(100), new Uint8Array(64))).toEqual({ consumed: 100, produced: 6 });
    expect(calls).toBe(1);
  });

  it("goes on beyond its tries until something fits, and answers 0 when nothing does", () => {
    const encode = fillToSize(runLengthWhole, { maxTries: 1 });
    const noise = randomBytes(100_000, 4);
    const output = new Uint8Array(6);
    expect(encode(noise, output)).toEqual({ consumed: 1, produced: 6 });
    expect(encode(noise, new Uint8Array(5))).toEqual({ consumed: 0, produced: 0 });
    expect(encode(new Uint8Array(0), output)).toEqual({ consumed: 0, produced: 0 });
  });

  it("stops early only within its tolerance", () => {
    const input = mixedBytes(300_000, 5);
    const exact = fillToSize(runLengthWhole, { maxTries: 64, tolerance: 0 });
    const { consumed } = exact(input, new Uint8Array(4096));
    expect(runLengthWhole(input.subarray(0, consumed + 1)).length).toBeGreaterThan(4096);
  });
});
