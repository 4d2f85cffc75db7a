import { FileType } from "@erofs/format";
import { describe, expect, it } from "vitest";
import { compareNames, createNode, modeOf } from "../src/node.ts";

describe("compareNames", () => {
  it("orders by bytes, a prefix before what it begins", () => {
    const names = ["b", "a", "\xff", "Z", "a.", "a-", "\x01", "aa", "."];
    expect(names.toSorted(compareNames)).toEqual(["\x01", ".", "Z", "a", "a-", "a.", "aa", "b", "\xff"]);
    expect(compareNames("same", "same")).toBe(0);
  });
});

describe("modeOf", () => {
  it.each([
    [FileType.regular, 0o104755],
    [FileType.directory, 0o044755],
    [FileType.symlink, 0o124755],
    [FileType.characterDevice, 0o024755],
    [FileType.blockDevice, 0o064755],
    [FileType.fifo, 0o014755],
    [FileType.socket, 0o144755],
  ])("puts the type bits of type %i over the permissions", (type, mode) => {
    expect(modeOf(createNode(type, 0o4755))).toBe(mode);
  });
});

describe("createNode", () => {
  it("gives entries to directories only", () => {
    expect(createNode(FileType.directory, 0o755).entries).toEqual([]);
    expect(createNode(FileType.regular, 0o644).entries).toBeUndefined();
  });
});
