import { lstatSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { available } from "../src/libc.ts";
import { makeNode } from "../src/node.ts";
import { emptyStat, statInDirectory } from "../src/stat.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const root = process.getuid?.() === 0;
const CHARACTER_DEVICE = 0o020000;
const BLOCK_DEVICE = 0o060000;

describe.skipIf(!available())("makeNode (needs Linux)", () => {
  const directory = temporaryDirectory();

  it("makes fifos and sockets", () => {
    makeNode(`${directory.path}/fifo`, 0o010600, 0, 0);
    makeNode(`${directory.path}/socket`, 0o140600, 0, 0);
    expect(lstatSync(`${directory.path}/fifo`).isFIFO()).toBe(true);
    expect(lstatSync(`${directory.path}/socket`).isSocket()).toBe(true);
    expect(() => makeNode(`${directory.path}/fifo`, 0o010600, 0, 0)).toThrow(
      expect.objectContaining({ code: "EEXIST", path: `${directory.path}/fifo` }),
    );
  });

  it.skipIf(!root)("makes devices with numbers of every width (needs root)", () => {
    const numbers = [
      [0, 0],
      [1, 3],
      [259, 255],
      [8, 0x12345],
      [4095, 0xfffff],
    ] as const;
    const stat = emptyStat();
    for (const [major, minor] of numbers) {
      for (const type of [CHARACTER_DEVICE, BLOCK_DEVICE]) {
        const path = `${directory.path}/device-${type}-${major}-${minor}`;
        makeNode(path, type | 0o600, major, minor);
        statInDirectory(-100, path, stat);
        expect(stat).toMatchObject({ mode: type | 0o600, major, minor });
      }
    }
  });

  it("refuses numbers that the kernel cannot hold", () => {
    const before = readdirSync(directory.path);
    for (const [major, minor] of [
      [4096, 0],
      [0, 0x100000],
      [-1, 0],
    ] as const) {
      expect(() => makeNode(`${directory.path}/bad`, CHARACTER_DEVICE, major, minor)).toThrow(
        expect.objectContaining({ code: "EINVAL" }),
      );
    }
    expect(readdirSync(directory.path)).toEqual(before);
  });
});
