import picocolors from "picocolors";
import { expect, it } from "vitest";

import { formatFields, formatTable } from "../../src/terminal/table.ts";

it("aligns columns and leaves no blanks at the end", () => {
  const rows = [
    ["a", "1", "x"],
    ["long", "1000", ""],
  ];
  expect(formatTable(rows, ["left", "right", "left"])).toEqual(["a        1  x", "long  1000"]);
});

it("does not count colours", () => {
  const { red } = picocolors.createColors(true);
  const [first, second] = formatTable(
    [
      [red("ab"), "1"],
      ["abcd", "2"],
    ],
    ["left", "left"],
  );
  expect(first).toBe(`${red("ab")}    1`);
  expect(second).toBe("abcd  2");
});

it("puts values of fields into one column", () => {
  expect(
    formatFields([
      ["a", "1"],
      ["name", "2"],
    ]),
  ).toEqual(["a:     1", "name:  2"]);
});
