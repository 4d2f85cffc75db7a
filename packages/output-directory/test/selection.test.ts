import { describe, expect, it } from "vitest";
import { type Selection, selectPaths } from "../src/selection.ts";

function plain(selection: Selection): unknown {
  if (selection === "all") return selection;
  return Object.fromEntries([...selection].map(([name, below]) => [name, plain(below)]));
}

describe("selectPaths", () => {
  it.each<[string[] | undefined, unknown]>([
    [undefined, "all"],
    [["/"], "all"],
    [["a", "."], "all"],
    [[], {}],
    [["a/b", "/a//c/", "./d"], { a: { b: "all", c: "all" }, d: "all" }],
    [["a", "a/b"], { a: "all" }],
    [["a/b", "a"], { a: "all" }],
    [["a/b/c", "a/b"], { a: { b: "all" } }],
  ])("of %o is %o", (paths, expected) => {
    expect(plain(selectPaths(paths))).toEqual(expected);
  });
});
