import { expect, test } from "vitest";
import { onceEach } from "../src/once-each.ts";

test("each line is told once, and not without end", () => {
  const told: string[] = [];
  const log = onceEach((line) => told.push(line));
  for (let i = 0; i < 3; i++) for (const line of ["a", "b"]) log(line);
  expect(told).toEqual(["a", "b"]);
  for (let i = 0; i < 5000; i++) log(`line ${i}`);
  expect(told.length).toBe(1001);
  expect(told.at(-1)).toContain("no more of them");
});
