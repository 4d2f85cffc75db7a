import { existsSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { available } from "../src/libc.ts";
import { PATH_MAX, pathArgument, placePath } from "../src/path.ts";
import { emptyStat, statInDirectory } from "../src/stat.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

describe("pathArgument", () => {
  it("keeps an ASCII path and makes bytes of any other", () => {
    expect(pathArgument("/usr/lib")).toBe("/usr/lib");
    expect(pathArgument("/\xff\x80")).toEqual(Buffer.from([0x2f, 0xff, 0x80]));
  });
});

describe.skipIf(!available())("placePath (needs Linux)", () => {
  const directory = temporaryDirectory();

  it("keeps bytes that are not UTF-8", () => {
    const path = `${directory.path}/\xff\xfe`;
    writeFileSync(pathArgument(path), "abc");
    expect(existsSync(Buffer.from(path, "latin1"))).toBe(true);
    const stat = emptyStat();
    statInDirectory(-100, path, stat);
    expect(stat.size).toBe(3);
  });

  it("refuses what C would cut short", () => {
    expect(() => placePath("/etc\0/x", "open")).toThrow(expect.objectContaining({ code: "EINVAL" }));
    expect(() => placePath("/\u0100", "open")).toThrow(expect.objectContaining({ code: "EINVAL" }));
    expect(() => placePath("a".repeat(PATH_MAX), "open")).toThrow(
      expect.objectContaining({ code: "ENAMETOOLONG" }),
    );
    expect(placePath("a".repeat(PATH_MAX - 1), "open")).toBeGreaterThan(0);
  });
});
