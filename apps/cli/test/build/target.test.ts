import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { imageInsideSource } from "../../src/build/exclusions.ts";
import { checkTarget } from "../../src/build/target.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "erofs-target-"));
  mkdirSync(join(folder, "directory/inner"), { recursive: true });
  writeFileSync(join(folder, "file"), "old");
  symlinkSync("file", join(folder, "link"));
  symlinkSync("directory", join(folder, "directory-link"));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("checkTarget", () => {
  it.each(["new", "file", "link"])("lets %s be written", (name) => {
    expect(() => checkTarget(join(folder, name), false)).not.toThrow();
  });

  it.each([
    ["directory", "is a directory, not a file"],
    ["directory-link", "is a directory, not a file"],
    ["missing/image", "missing': no such directory"],
    ["file/image", "file' is not a directory"],
    ["new/", "new/' names a directory, not a file"],
    ["file/", "file/' names a directory, not a file"],
    ["directory/", "is a directory, not a file"],
  ])("refuses %s", (name, message) => {
    expect(() => checkTarget(join(folder, name), false)).toThrow(message);
  });

  it("refuses an empty path", () => {
    expect(() => checkTarget("", false)).toThrow("IMAGE is an empty path");
  });

  it.runIf(process.platform === "linux")("refuses devices", () => {
    expect(() => checkTarget("/dev/null", false)).toThrow("IMAGE '/dev/null' is a character device");
  });

  it("keeps what exists when asked to", () => {
    expect(() => checkTarget(join(folder, "file"), true)).toThrow("exists already");
    expect(() => checkTarget(join(folder, "new"), true)).not.toThrow();
  });
});

describe("imageInsideSource", () => {
  it.each([
    ["directory", "directory/a.erofs", "a.erofs"],
    ["directory", "directory/inner/a.erofs", "inner/a.erofs"],
    ["directory-link", "directory/inner/a.erofs", "inner/a.erofs"],
    ["directory", "..a.erofs", undefined],
    ["directory/inner", "directory/a.erofs", undefined],
    ["directory", "missing/a.erofs", undefined],
  ])("of %s and %s is %s", (source, image, inside) => {
    expect(imageInsideSource(join(folder, source), join(folder, image))).toBe(inside);
  });
});
