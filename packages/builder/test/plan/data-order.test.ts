import { describe, expect, it } from "vitest";
import { dataOrder } from "../../src/plan/data-order.ts";
import { takeInventory } from "../../src/plan/inventory.ts";
import { paths } from "../../src/plan/paths.ts";
import { directory, file, noise } from "../trees.ts";

const leaf = () => file(noise(10, 1));
const inventory = takeInventory(
  directory({
    a: leaf(),
    b: directory({ x: leaf(), y: leaf(), z: directory({ deep: leaf() }) }),
    c: leaf(),
  }),
);
const pathOf = new Map([...paths(inventory)].map(({ index, path }) => [index, path]));
const ordered = (first: string[]) => [...dataOrder(inventory, first)].map((index) => pathOf.get(index));
const usual = ["", "a", "b", "c", "b/x", "b/y", "b/z", "b/z/deep"];

describe("dataOrder", () => {
  it.each<[string, string[], string[]]>([
    ["nothing", [], usual],
    ["files", ["c", "b/y"], ["c", "b/y", "", "a", "b", "b/x", "b/z", "b/z/deep"]],
    ["a directory", ["b"], ["b", "b/x", "b/y", "b/z", "b/z/deep", "", "a", "c"]],
    [
      "a directory, and what is in it elsewhere",
      ["b/z/deep", "b", "b/x", "b/z/deep"],
      ["b/z/deep", "b", "b/y", "b/z", "b/x", "", "a", "c"],
    ],
    ["paths that are not there", ["none", "b/none", "a/none"], usual],
    ["the root, behind others", ["c", ""], ["c", "", "a", "b", "b/x", "b/y", "b/z", "b/z/deep"]],
  ])("puts first what is listed: %s", (_, first, expected) => {
    expect(ordered(first)).toEqual(expected);
  });
});
