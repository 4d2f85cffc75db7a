import { describe, expect, it } from "vitest";
import { NumberMap } from "../src/number-map.ts";
import { seededRandom } from "./support/random.ts";

describe("NumberMap", () => {
  it("holds what a Map holds, whatever comes and goes", () => {
    const random = seededRandom(1);
    const keys = [0, -1, 1, 2 ** 31, 2 ** 32, 2 ** 40, -(2 ** 40), Number.MAX_SAFE_INTEGER];
    for (let i = 0; i < 60; i++) keys.push(i * 4096, 2 ** 40 + i, Math.floor(random() * 2 ** 53));
    const map = new NumberMap<number>();
    const expected = new Map<number, number>();
    for (let i = 0; i < 50_000; i++) {
      const key = keys[Math.floor(random() * keys.length)] as number;
      // Fuller and emptier by turns.
      if (random() < (i % 10_000 < 5000 ? 0.7 : 0.3)) {
        map.set(key, i);
        expected.set(key, i);
      } else {
        map.delete(key);
        expected.delete(key);
      }
      expect(map.size).toBe(expected.size);
      const probe = keys[i % keys.length] as number;
      expect(map.get(probe)).toBe(expected.get(probe));
    }
    for (const key of keys) expect(map.get(key)).toBe(expected.get(key));
    map.clear();
    expect(map.size).toBe(0);
    for (const key of keys) expect(map.get(key)).toBeUndefined();
  });

  it("finds keys that have their low bits in common as quickly as others", () => {
    const map = new NumberMap<number>();
    const count = 200_000;
    const start = performance.now();
    for (let i = 0; i < count; i++) map.set(i * 2 ** 20, i);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += map.get(i * 2 ** 20) as number;
    expect(sum).toBe((count * (count - 1)) / 2);
    // 40 ms; one run of neighbours would take minutes.
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
