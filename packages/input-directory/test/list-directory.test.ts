import { linkSync, mkdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { available } from "@erofs/linux";
import { describe, expect, it } from "vitest";
import { type ListDirectory, listOnLinux, listPortably } from "../src/list-directory.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const implementations: [string, ListDirectory, boolean][] = [
  ["listOnLinux (needs Linux)", listOnLinux, available()],
  ["listPortably", listPortably, true],
];

function listing(list: ListDirectory, path: string): Record<string, object> {
  const found: Record<string, object> = {};
  list(
    path,
    (name, stat) => {
      found[name] = { ...stat };
    },
    () => {
      throw new Error("nothing vanishes here");
    },
  );
  return found;
}

describe.each(implementations)("%s", (_, list, runs) => {
  const directory = temporaryDirectory();

  it.skipIf(!runs)("visits names in byte order", () => {
    const path = `${directory.path}/order`;
    mkdirSync(path);
    for (const name of ["b", "a.b", "a", "B", "a-", "\u00e9", "z"]) writeFileSync(`${path}/${name}`, "");
    expect(Object.keys(listing(list, path))).toEqual(["B", "a", "a-", "a.b", "b", "z", "\xc3\xa9"]);
  });

  it.skipIf(!runs)("tells a name that went away meanwhile", () => {
    const path = `${directory.path}/vanishing`;
    mkdirSync(path);
    for (const name of ["a", "b", "c"]) writeFileSync(`${path}/${name}`, "");
    const visited: string[] = [];
    const vanished: string[] = [];
    list(
      path,
      (name) => {
        visited.push(name);
        if (name === "a") rmSync(`${path}/b`);
      },
      (name) => vanished.push(name),
    );
    expect([visited, vanished]).toEqual([["a", "c"], ["b"]]);
  });

  it.skipIf(!runs)("fails on what is missing or no directory", () => {
    writeFileSync(`${directory.path}/file`, "");
    expect(() => listing(list, `${directory.path}/none`)).toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
    expect(() => listing(list, `${directory.path}/file`)).toThrow(
      expect.objectContaining({ code: "ENOTDIR" }),
    );
  });
});

describe.skipIf(!available())("both ways to list (needs Linux)", () => {
  const directory = temporaryDirectory();

  it("agree", () => {
    const { path } = directory;
    writeFileSync(`${path}/file`, "hello");
    utimesSync(`${path}/file`, -5.5, -5.5);
    linkSync(`${path}/file`, `${path}/link`);
    symlinkSync("x", `${path}/symlink`);
    writeFileSync(`${path}/large`, "");
    truncateSync(`${path}/large`, 2 ** 33 + 5);
    expect(listing(listPortably, path)).toEqual(listing(listOnLinux, path));
    expect(listing(listPortably, "/dev")).toMatchObject({ null: { major: 1, minor: 3 } });
  });
});
