import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { available } from "../src/libc.ts";
import { dataRanges, seekData, seekHole } from "../src/sparse.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const MiB = 1 << 20;

describe.skipIf(!available())("holes (needs Linux)", () => {
  const directory = temporaryDirectory();

  function withSparseFile(size: number, dataAt: number[], use: (fd: number) => void): void {
    const fd = openSync(`${directory.path}/sparse`, "w+");
    for (const offset of dataAt) writeSync(fd, Buffer.alloc(65536, 1), 0, 65536, offset);
    ftruncateSync(fd, size);
    use(fd);
    closeSync(fd);
  }

  it("are told from data, also beyond 4 GiB", () => {
    const far = 5 * 1024 * MiB;
    withSparseFile(far + MiB, [MiB, far], (fd) => {
      expect(dataRanges(fd, far + MiB)).toEqual([
        { offset: MiB, size: 65536 },
        { offset: far, size: 65536 },
      ]);
      expect(seekData(fd, 0)).toBe(MiB);
      expect(seekHole(fd, MiB)).toBe(MiB + 65536);
      expect(seekData(fd, far + 65536)).toBeUndefined();
      expect(seekHole(fd, far + MiB)).toBeUndefined();
    });
  });

  it("are nothing to a file of only a hole, and end at the size that is asked for", () => {
    withSparseFile(MiB, [], (fd) => expect(dataRanges(fd, MiB)).toEqual([]));
    withSparseFile(MiB, [0], (fd) => expect(dataRanges(fd, 100)).toEqual([{ offset: 0, size: 100 }]));
  });

  it("are told apart up to a limit, behind which all is data", () => {
    withSparseFile(4 * MiB, [0, MiB, 2 * MiB], (fd) => {
      expect(dataRanges(fd, 4 * MiB, 2)).toEqual([
        { offset: 0, size: 65536 },
        { offset: MiB, size: 3 * MiB },
      ]);
    });
  });

  it("are an error on what has no position", () => {
    expect(() => seekData(9999, 0)).toThrow(expect.objectContaining({ code: "EBADF" }));
    expect(() => seekHole(9999, 0)).toThrow(expect.objectContaining({ code: "EBADF" }));
  });
});
