import { fromText } from "@erofs/format";
import { describe, expect, it } from "vitest";
import { createExclusion, parsePatterns } from "../src/exclude.ts";

/** Whether a path is excluded; one that ends with "/" is a directory. */
function excludes(options: { paths?: string[]; globs?: string[] }, path: string): boolean {
  const exclusion = createExclusion(options.paths ?? [], options.globs ?? []);
  const isDirectory = path.endsWith("/");
  const bytes = fromText(isDirectory ? path.slice(0, -1) : path);
  const slash = bytes.lastIndexOf("/");
  const directory = slash < 0 ? "" : bytes.slice(0, slash);
  return exclusion?.(directory, bytes.slice(slash + 1), isDirectory) ?? false;
}

describe("createExclusion", () => {
  it("is nothing without anything to exclude", () => {
    expect(createExclusion([], [])).toBeUndefined();
    expect(createExclusion(["/", "."], ["", "./"])).toBeUndefined();
  });

  it("takes exact paths literally, however they are written", () => {
    expect(excludes({ paths: ["./a//b*/"] }, "a/b*")).toBe(true);
    expect(excludes({ paths: ["a/b*"] }, "a/bc")).toBe(false);
    expect(excludes({ paths: ["b"] }, "a/b")).toBe(false);
    expect(excludes({ paths: ["grün"] }, "grün")).toBe(true);
  });

  it.each([
    ["*.o", "deep/down/a.o", true],
    ["*.o", "a.o.c", false],
    ["*.o", ".o", true],
    ["/*.o", "a.o", true],
    ["/*.o", "deep/a.o", false],
    ["doc/*.html", "doc/a.html", true],
    ["doc/*.html", "doc/deep/a.html", false],
    ["doc/*.html", "x/doc/a.html", false],
    ["doc/**/*.html", "doc/deep/er/a.html", true],
    ["doc/**/*.html", "doc/a.html", true],
    ["**/cache/**", "a/cache/b", true],
    ["build/", "x/build/", true],
    ["build/", "build", false],
    ["{a,b}?", "b1", true],
    ["[a-c]x", "dx", false],
    ["\\*", "*", true],
    ["\\*", "a", false],
    ["!keep", "other", false],
    ["!keep", "!keep", true],
    [".git", ".git/", true],
    ["*ü*", "x/grün", true],
  ])("glob %s on %s: %s", (glob, path, expected) => {
    expect(excludes({ globs: [glob] }, path)).toBe(expected);
  });

  it("matches names that are not UTF-8", () => {
    expect(createExclusion([], ["*.o"])!("", "\xff\xfe.o", false)).toBe(true);
  });
});

describe("parsePatterns", () => {
  it("takes a line each, without comments", () => {
    expect(parsePatterns("# objects\n*.o\r\n\n  /build/  \n#x\n*.a")).toEqual(["*.o", "/build/", "*.a"]);
  });
});
