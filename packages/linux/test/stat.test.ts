import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, it } from "vitest";
import { available } from "../src/libc.ts";
import { emptyStat, statInDirectory } from "../src/stat.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

describe.skipIf(!available())("statInDirectory (needs Linux)", () => {
  const directory = temporaryDirectory();

  it("says what lstat says", () => {
    const path = directory.path;
    writeFileSync(`${path}/file`, "hello", { mode: 0o640 });
    linkSync(`${path}/file`, `${path}/hard`);
    symlinkSync("file", `${path}/symlink`);
    mkdirSync(`${path}/directory`);
    writeFileSync(`${path}/large`, "");
    truncateSync(`${path}/large`, 5 * 2 ** 30 + 1);
    const fd = openSync(path, "r");
    const stat = emptyStat();
    for (const name of ["file", "hard", "symlink", "directory", "large"]) {
      statInDirectory(fd, name, stat);
      const expected = lstatSync(`${path}/${name}`, { bigint: true });
      expect({
        mode: stat.mode,
        nlink: stat.nlink,
        uid: stat.uid,
        gid: stat.gid,
        size: stat.size,
        blocks: stat.blocks,
        mtimeNs: BigInt(stat.mtime) * 1_000_000_000n + BigInt(stat.mtimeNsec),
        ino: (BigInt(stat.inoHigh) << 32n) | BigInt(stat.inoLow),
      }).toEqual({
        mode: Number(expected.mode),
        nlink: Number(expected.nlink),
        uid: Number(expected.uid),
        gid: Number(expected.gid),
        size: Number(expected.size),
        blocks: Number(expected.blocks),
        mtimeNs: expected.mtimeNs,
        ino: expected.ino,
      });
    }
    expect(() => statInDirectory(fd, "none", stat)).toThrow(
      expect.objectContaining({ code: "ENOENT", path: "none" }),
    );
    closeSync(fd);
  });

  it("tells a device's numbers", () => {
    const stat = emptyStat();
    statInDirectory(-100, "/dev/null", stat);
    expect([stat.major, stat.minor]).toEqual([1, 3]);
  });
});
