import { expect, it } from "vitest";

import { checkArguments } from "../src/command-line.ts";

const replaced = ["ls", "a\ufffdb"];

it("refuses an argument that Node could not decode", () => {
  const bytes = Buffer.from("erofs\0ls\0a\xffb\0", "latin1");
  expect(() => checkArguments(replaced, () => bytes)).toThrow(/^argument 'a\ufffdb' is not UTF-8; /);
});

it("takes U+FFFD that was typed as such, and what cannot be checked", () => {
  expect(() => checkArguments(replaced, () => Buffer.from("erofs\0ls\0a\ufffdb\0"))).not.toThrow();
  expect(() => checkArguments(replaced, () => undefined)).not.toThrow();
});

it("does not look at the command line of text", () => {
  const fail = (): never => {
    throw new Error("looked");
  };
  expect(() => checkArguments(["ls", "a\u00e9b"], fail)).not.toThrow();
});
