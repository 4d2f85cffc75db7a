import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { available } from "../src/libc.ts";
import { listXattrs, listXattrsInDirectory, setXattr, setXattrOfOpenFile } from "../src/xattr.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const root = process.getuid?.() === 0;
const hasGetfattr = spawnSync("getfattr", ["--version"]).status === 0;

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

describe.skipIf(!available())("extended attributes (needs Linux)", () => {
  const directory = temporaryDirectory();

  it("come back as they were set, the empty value too", () => {
    const path = `${directory.path}/a`;
    writeFileSync(path, "");
    expect(listXattrs(path, false)).toEqual([]);
    setXattr(path, "user.one", bytes(1, 0, 255), false);
    setXattr(path, "user.empty", bytes(), true);
    const list = listXattrs(path, false)!.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(list).toEqual([
      { name: "user.empty", value: bytes() },
      { name: "user.one", value: bytes(1, 0, 255) },
    ]);
    expect(listXattrs(path, true)).toHaveLength(2);
  });

  it("are found by directory and name, whatever directory came before", () => {
    const inner = `${directory.path}/b`;
    writeFileSync(inner, "");
    writeFileSync(`${inner}\xff`, "");
    setXattr(inner, "user.b", bytes(7), false);
    for (let i = 0; i < 2; i++) {
      expect(listXattrsInDirectory(directory.path, "b")).toEqual([{ name: "user.b", value: bytes(7) }]);
      expect(() => listXattrsInDirectory(`${directory.path}/none`, "b")).toThrow(
        expect.objectContaining({ code: "ENOENT" }),
      );
      expect(listXattrs(inner, false)).toHaveLength(1);
    }
  });

  it("may be many, with a list longer than the first buffer", () => {
    const path = `${directory.path}/many`;
    writeFileSync(path, "");
    const names = Array.from({ length: 12 }, (_, i) => `user.${"n".repeat(150)}${i + 10}`);
    for (const name of names) setXattr(path, name, bytes(1), false);
    expect(
      listXattrs(path, false)!
        .map((xattr) => xattr.name)
        .toSorted(),
    ).toEqual(names);
  });

  it("may be set on an open file", () => {
    const path = `${directory.path}/open`;
    const fd = openSync(path, "wx");
    setXattrOfOpenFile(fd, "user.fd", bytes(9), path);
    expect(() => setXattrOfOpenFile(fd, "nonsense.x", bytes(), path)).toThrow(
      expect.objectContaining({ code: "ENOTSUP", path }),
    );
    closeSync(fd);
    expect(listXattrs(path, false)).toEqual([{ name: "user.fd", value: bytes(9) }]);
  });

  it.skipIf(!hasGetfattr)("match what getfattr prints (needs getfattr)", () => {
    const path = `${directory.path}/printed`;
    writeFileSync(path, "");
    setXattr(path, "user.text", Buffer.from("hello"), false);
    const printed = execFileSync("getfattr", ["-d", "--absolute-names", path], { encoding: "utf8" });
    expect(printed).toContain('user.text="hello"');
  });

  it.skipIf(!root)("belong to a symlink itself, not to its target (needs root)", () => {
    const path = `${directory.path}/link`;
    symlinkSync("a", path);
    setXattr(path, "trusted.link", bytes(1), false);
    expect(listXattrs(path, false)).toEqual([{ name: "trusted.link", value: bytes(1) }]);
    expect(() => setXattr(path, "user.link", bytes(1), false)).toThrow(
      expect.objectContaining({ code: "EPERM" }),
    );
    expect(listXattrs(path, true)!.some((xattr) => xattr.name === "trusted.link")).toBe(false);
  });

  it("are none on a file system without them, and refuse bad names", () => {
    expect(listXattrs("/proc/self/status", false) ?? []).toEqual([]);
    const path = `${directory.path}/a`;
    expect(() => setXattr(path, `user.${"x".repeat(300)}`, bytes(), false)).toThrow(
      expect.objectContaining({ code: "EINVAL" }),
    );
    expect(() => setXattr(path, "user.a\0b", bytes(), false)).toThrow(
      expect.objectContaining({ code: "EINVAL" }),
    );
    expect(() => listXattrs(`${directory.path}/none`, false)).toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
  });
});
