import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import type { MountEntry } from "@erofs/linux";
import { describe, expect, it } from "vitest";

import { findMount } from "../../src/mount/find-mount.ts";
import { nameFromText } from "../../src/terminal/quote.ts";
import { temporaryFolder } from "../sample-tree.ts";

const folder = temporaryFolder();

function entry(id: number, target: string): MountEntry {
  return { id, target: nameFromText(target) } as MountEntry;
}

describe("findMount", () => {
  it("finds what is on top, by any name of the directory", () => {
    const directory = join(folder, "é");
    mkdirSync(directory);
    symlinkSync("é", join(folder, "link"));
    symlinkSync("link", join(folder, "link to link"));
    symlinkSync(folder, join(folder, "around"));
    const table = [entry(1, "/"), entry(2, directory), entry(3, directory), entry(4, folder)];
    for (const name of ["é", "link", "link to link", "around/é", "around/around/link", "é/.", "é/"]) {
      expect(findMount(join(folder, name), table)?.id).toBe(3);
    }
    expect(findMount("/", table)?.id).toBe(1);
  });

  it("finds nothing where nothing is, or symlinks go round", () => {
    symlinkSync("loop", join(folder, "loop"));
    for (const name of ["none", "loop", "a/b/c"]) expect(findMount(join(folder, name), [])).toBeUndefined();
  });
});
