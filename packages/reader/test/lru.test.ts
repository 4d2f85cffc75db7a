import { describe, expect, it } from "vitest";
import { Lru } from "../src/lru.ts";
import { seededRandom } from "./support/random.ts";

describe("Lru", () => {
  it("forgets first what was not found since it came, and tells what", () => {
    const lru = new Lru<string>(3);
    for (const key of [1, 2, 3]) expect(lru.set(key, `v${key}`)).toBeUndefined();
    expect(lru.get(1)).toBe("v1");
    expect(lru.set(4, "v4")).toBe("v2");
    expect(lru.set(5, "v5")).toBe("v3");
    expect([1, 2, 3, 4, 5].map((key) => lru.get(key))).toEqual(["v1", undefined, undefined, "v4", "v5"]);
    expect(lru.set(4, "new")).toBeUndefined();
    expect(lru.get(4)).toBe("new");
  });

  it("deletes a key only while it has the value", () => {
    const lru = new Lru<object>(2);
    const [old, young] = [{}, {}];
    lru.set(7, old);
    lru.set(7, young);
    lru.delete(7, old);
    expect(lru.get(7)).toBe(young);
    lru.delete(7, young);
    expect(lru.get(7)).toBeUndefined();
    expect(lru.set(8, old)).toBeUndefined();
    expect(lru.set(9, old)).toBeUndefined();
  });

  it("never holds more than it may, and the right values", () => {
    const random = seededRandom(2);
    let capacity = 10;
    const lru = new Lru<number>(capacity);
    const last = new Map<number, number>();
    const isRight = (key: number) => [undefined, last.get(key)].includes(lru.get(key));
    for (let i = 0; i < 20_000; i++) {
      const key = Math.floor(random() * 40) * 2 ** 33;
      const what = random();
      if (what < 0.5) {
        lru.set(key, i);
        last.set(key, i);
      } else if (what < 0.6) {
        lru.delete(key, last.get(key) ?? -1);
      } else if (what < 0.61) {
        capacity = 1 + Math.floor(random() * 20);
        lru.resize(capacity);
      }
      const held = Array.from(last.keys()).filter((each) => lru.get(each) !== undefined);
      expect(held.length).toBeLessThanOrEqual(capacity);
      expect(held.every(isRight)).toBe(true);
      const [wasSet, wasDeleted] = [what < 0.5, what >= 0.5 && what < 0.6];
      expect(held.includes(key) ? wasDeleted : wasSet).toBe(false);
    }
  });
});
