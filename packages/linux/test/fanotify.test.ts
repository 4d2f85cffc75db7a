import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FileWatch } from "../src/fanotify.ts";
import { available } from "../src/libc.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const isRoot = available() && process.getuid?.() === 0;

describe.skipIf(!isRoot)("FileWatch (needs root on Linux)", () => {
  const directory = temporaryDirectory();

  it("sees what others open, in order, names of any bytes, and not what this process does", () => {
    const own = (path: string) => path.startsWith(`${directory.path}/`);
    for (const name of ["first", "second", "own"]) writeFileSync(`${directory.path}/${name}`, name);
    const odd = Buffer.from(`${directory.path}/\xff\nodd`, "latin1");
    writeFileSync(odd, "odd");
    const watch = new FileWatch(directory.path);
    try {
      readFileSync(`${directory.path}/own`);
      execFileSync("cat", [`${directory.path}/second`, `${directory.path}/first`]);
      execFileSync("sh", ["-c", 'cat "$1"/*odd', "sh", directory.path]);
      const { paths, lost } = watch.look();
      expect(lost).toBe(false);
      expect([...new Set(paths.filter(own))]).toEqual([
        `${directory.path}/second`,
        `${directory.path}/first`,
        odd.toString("latin1"),
      ]);
      expect(watch.look().paths.filter(own)).toEqual([]);
    } finally {
      watch.close();
    }
  });

  it("says what is missing", () => {
    expect(() => new FileWatch(`${directory.path}/missing`)).toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
  });
});
