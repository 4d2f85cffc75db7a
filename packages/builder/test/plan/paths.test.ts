import { describe, expect, it } from "vitest";
import { takeInventory } from "../../src/plan/inventory.ts";
import { pathOf, paths } from "../../src/plan/paths.ts";
import { directory, file, noise } from "../trees.ts";

const linked = file(noise(5, 1));
const inventory = takeInventory(
  directory({
    a: directory({ b: directory({ linked, only: file(noise(5, 2)) }), empty: directory({}) }),
    linked,
    z: directory({ last: file(noise(5, 3)) }),
  }),
);

describe("paths", () => {
  it("gives each inode one of its paths, in the order of their numbers", () => {
    const found = [...paths(inventory)];
    expect(found.map(({ path }) => path)).toEqual([
      "",
      "a",
      "linked",
      "z",
      "a/b",
      "a/empty",
      "a/b/only",
      "z/last",
    ]);
    expect(found.map(({ index }) => index)).toEqual(inventory.nodes.map((_, index) => index));
  });

  it("finds that of one inode", () => {
    expect(pathOf(inventory, 6)).toBe("a/b/only");
    expect(() => pathOf(inventory, 8)).toThrow(RangeError);
  });
});
