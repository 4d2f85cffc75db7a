import { truncateSync, writeFileSync } from "node:fs";
import { available } from "@erofs/linux";
import { describe, expect, it } from "vitest";
import { maybeSparse, readRanges } from "../src/sparse-file.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

describe("maybeSparse", () => {
  it("is for files that take much less than their size", () => {
    expect(maybeSparse(1 << 20, 8)).toBe(true);
    expect(maybeSparse(5000, 8)).toBe(false);
    expect(maybeSparse(100, 0)).toBe(false);
    expect(maybeSparse(100_000, 1000)).toBe(false);
  });
});

describe.skipIf(!available())("readRanges (needs Linux)", () => {
  const directory = temporaryDirectory();

  it("has nothing to say of a file that is missing or has no holes", () => {
    expect(readRanges(`${directory.path}/none`, 10)).toBeUndefined();
    writeFileSync(`${directory.path}/full`, "hello");
    expect(readRanges(`${directory.path}/full`, 5)).toBeUndefined();
  });

  it("says that a file of only a hole has no data", () => {
    writeFileSync(`${directory.path}/hole`, "");
    truncateSync(`${directory.path}/hole`, 1 << 20);
    expect(readRanges(`${directory.path}/hole`, 1 << 20)).toEqual([]);
  });
});
