import { describe, expect, it } from "vitest";
import { isZero } from "../src/content.ts";

describe("isZero", () => {
  it("finds a byte that is not zero, wherever it is", () => {
    const bytes = new Uint8Array(200_001);
    expect(isZero(bytes)).toBe(true);
    for (const at of [0, 1, 65535, 65536, 100_000, 150_000, 200_000]) {
      bytes[at] = 1;
      expect(isZero(bytes)).toBe(false);
      bytes[at] = 0;
    }
    expect(isZero(bytes.subarray(3, 70_000))).toBe(true);
  });
});
