import { closeSync, lstatSync, openSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { available } from "../src/libc.ts";
import { emptyStat, statInDirectory } from "../src/stat.ts";
import { setTime, setTimeOfOpenFile } from "../src/time.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

describe.skipIf(!available())("times (needs Linux)", () => {
  const directory = temporaryDirectory();
  const stat = emptyStat();

  it("are set to the nanosecond, before 1970 and after 2038 too", () => {
    const path = `${directory.path}/a`;
    writeFileSync(path, "");
    const { atimeMs } = lstatSync(path);
    for (const [seconds, nanoseconds] of [
      [1700000000, 123456789],
      [-5, 999999999],
      [-2147483647, 1],
      [0, 0],
      [4294967300, 5],
    ] as const) {
      setTime(path, seconds, nanoseconds, true);
      statInDirectory(-100, path, stat);
      expect([stat.mtime, stat.mtimeNsec]).toEqual([seconds, nanoseconds]);
      const fd = openSync(path, "r");
      setTimeOfOpenFile(fd, seconds, 7, path);
      closeSync(fd);
      expect(lstatSync(path, { bigint: true }).mtimeNs).toBe(BigInt(seconds) * 1_000_000_000n + 7n);
    }
    expect(lstatSync(path).atimeMs).toBe(atimeMs);
  });

  it("are set on a symlink itself", () => {
    symlinkSync("nowhere", `${directory.path}/link`);
    setTime(`${directory.path}/link`, 100, 5, false);
    statInDirectory(-100, `${directory.path}/link`, stat);
    expect([stat.mtime, stat.mtimeNsec]).toEqual([100, 5]);
    expect(() => setTime(`${directory.path}/link`, 1, 1, true)).toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
  });

  it("fail on a closed file", () => {
    expect(() => setTimeOfOpenFile(9999, 1, 1, "x")).toThrow(
      expect.objectContaining({ code: "EBADF", path: "x" }),
    );
  });
});
