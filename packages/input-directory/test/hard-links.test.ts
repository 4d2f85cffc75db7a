import { FileType } from "@erofs/format";
import { emptyStat } from "@erofs/linux";
import { createNode } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import { HardLinks } from "../src/hard-links.ts";

describe("HardLinks", () => {
  it("finds a node until all of its names were met", () => {
    const links = new HardLinks();
    const node = createNode(FileType.regular, 0o644);
    const stat = { ...emptyStat(), nlink: 3, inoLow: 7 };
    expect(links.find(stat)).toBeUndefined();
    links.add(stat, node);
    expect(links.find(stat)).toBe(node);
    expect(links.find(stat)).toBe(node);
    expect(links.find(stat)).toBeUndefined();
  });

  it("tells inodes apart that differ in any part, beyond 2^53 too", () => {
    const links = new HardLinks();
    const stat = { ...emptyStat(), nlink: 2, inoHigh: 0xffffffff, inoLow: 0xffffffff };
    links.add(stat, createNode(FileType.regular, 0));
    for (const other of [{ inoLow: 0xfffffffe }, { inoHigh: 0 }, { deviceMajor: 1 }, { deviceMinor: 1 }]) {
      expect(links.find({ ...stat, ...other })).toBeUndefined();
    }
  });
});
