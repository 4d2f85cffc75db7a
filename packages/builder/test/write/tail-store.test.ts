import { describe, expect, it } from "vitest";
import { TailStore } from "../../src/write/tail-store.ts";
import { noise } from "../trees.ts";

const mebibyte = 1 << 20;

describe("TailStore", () => {
  it("gives back what it keeps", () => {
    const store = new TailStore();
    const tails = Array.from({ length: 2000 }, (_, i) => noise(1 + ((i * 7919) % 4095), i + 1));
    for (const [i, tail] of tails.entries()) store.keep(i, tail);
    for (const [i, tail] of tails.entries()) expect(store.get(i, tail.length)).toEqual(tail);
    expect(store.get(2000, 1)).toBeUndefined();
  });

  it("has a quarter of its room for what can be read again", () => {
    const store = new TailStore();
    const count = (reserve: (size: number) => boolean) => {
      let reserved = 0;
      while (reserve(mebibyte)) reserved++;
      return reserved;
    };
    expect(count((size) => store.reserveCopy(size))).toBe(64);
    expect(count((size) => store.reserve(size))).toBe(192);
    expect(store.reserve(1)).toBe(false);
  });
});
