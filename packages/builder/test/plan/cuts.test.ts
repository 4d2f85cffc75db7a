import { describe, expect, it } from "vitest";
import { Cuts } from "../../src/plan/cuts.ts";

describe("Cuts", () => {
  it("finds places that are cuts, or far enough from them", () => {
    const cuts = new Cuts(1000, 100);
    expect(cuts.atOrAfter(0)).toBe(0);
    expect(cuts.atOrAfter(1)).toBe(100);
    expect(cuts.atOrAfter(500)).toBe(500);
    expect(cuts.atOrAfter(901)).toBe(1000);
    expect(cuts.atOrBefore(99)).toBe(0);
    expect(cuts.atOrBefore(901)).toBe(900);
    expect(cuts.atOrBefore(1000)).toBe(1000);
    cuts.add(500);
    cuts.add(500);
    expect(cuts.has(500)).toBe(true);
    expect(cuts.has(400)).toBe(false);
    expect(cuts.atOrAfter(450)).toBe(500);
    expect(cuts.atOrAfter(501)).toBe(600);
    expect(cuts.atOrBefore(550)).toBe(500);
    expect(cuts.atOrBefore(499)).toBe(400);
    expect([...cuts.ends()]).toEqual([500, 1000]);
  });

  it("has no place where there is none between two cuts", () => {
    const cuts = new Cuts(150, 100);
    expect(cuts.atOrAfter(20)).toBe(150);
    expect(cuts.atOrBefore(120)).toBe(0);
  });
});
