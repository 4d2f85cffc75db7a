import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readNames } from "../src/directory.ts";
import { available } from "../src/libc.ts";
import { pathArgument } from "../src/path.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

function namesIn(path: string): string[] {
  const fd = openSync(path, "r");
  try {
    return readNames(fd, path).toSorted();
  } finally {
    closeSync(fd);
  }
}

describe.skipIf(!available())("readNames (needs Linux)", () => {
  const directory = temporaryDirectory();

  it("lists every name as bytes, longer than one buffer", () => {
    const path = `${directory.path}/many`;
    mkdirSync(path);
    const names = Array.from({ length: 1500 }, (_, i) => `${i}-${"\xe9".repeat(200)}`);
    for (const name of names) writeFileSync(pathArgument(`${path}/${name}`), "");
    expect(namesIn(path)).toEqual(names.toSorted());
  });

  it("lists nothing in an empty directory, and fails on a file", () => {
    mkdirSync(`${directory.path}/empty`);
    expect(namesIn(`${directory.path}/empty`)).toEqual([]);
    writeFileSync(`${directory.path}/file`, "");
    expect(() => namesIn(`${directory.path}/file`)).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
  });
});
