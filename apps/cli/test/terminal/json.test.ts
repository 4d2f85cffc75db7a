import { expect, it } from "vitest";

import { JsonArray, toJson } from "../../src/terminal/json.ts";
import { Terminal } from "../../src/terminal/terminal.ts";
import { Capture } from "../capture.ts";

it("escapes what a terminal might obey, and stays the same value", () => {
  const value = { name: "\u001b[1m \u009b \u202e \u007f é" };
  const text = toJson(value);
  expect(text).toBe(String.raw`{"name":"\u001b[1m \u009b \u202e \u007f é"}`);
  expect(JSON.parse(text)).toEqual(value);
});

it.each([[[]], [[1]], [[{ a: 1 }, "two", [3]]]])("streams the array %j", async (values) => {
  const stdout = new Capture();
  const terminal = new Terminal({ stdout, stderr: new Capture(), env: {} });
  const array = new JsonArray(terminal);
  for (const value of values) await array.add(value);
  await array.end();
  await terminal.flush();
  expect(JSON.parse(stdout.text)).toEqual(values);
});
