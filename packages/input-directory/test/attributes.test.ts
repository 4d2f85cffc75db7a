import { FileType } from "@erofs/format";
import { emptyStat } from "@erofs/linux";
import { type TreeNode, createNode } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import { createSetAttributes } from "../src/attributes.ts";
import type { ReadDirectoryOptions } from "../src/options.ts";

function attributes(options: ReadDirectoryOptions): TreeNode {
  const stat = { ...emptyStat(), mode: 0o106755, uid: 1000, gid: 70000, mtime: 500, mtimeNsec: 42 };
  const node = createNode(FileType.regular, 0);
  createSetAttributes(options)(node, stat);
  return node;
}

describe("createSetAttributes", () => {
  it.each<[string, ReadDirectoryOptions, Partial<TreeNode>]>([
    ["nothing", {}, { permissions: 0o6755, uid: 1000, gid: 70000, mtime: 500, mtimeNsec: 42 }],
    ["allRoot", { allRoot: true }, { uid: 0, gid: 0 }],
    ["uid and gid", { allRoot: true, uid: 5, gid: 0xffffffff }, { uid: 5, gid: 0xffffffff }],
    ["offsets", { uid: 5, uidOffset: 100000, gidOffset: -70000 }, { uid: 100005, gid: 0 }],
    ["fixedTime", { fixedTime: -3 }, { mtime: -3, mtimeNsec: 0 }],
    ["a later clampTime", { clampTime: 501 }, { mtime: 500, mtimeNsec: 42 }],
    ["an equal clampTime", { clampTime: 500 }, { mtime: 500, mtimeNsec: 0 }],
    ["an earlier clampTime", { clampTime: 10 }, { mtime: 10, mtimeNsec: 0 }],
  ])("applies %s", (_, options, expected) => {
    expect(attributes(options)).toMatchObject(expected);
  });

  it.each<[ReadDirectoryOptions, string]>([
    [{ uid: -1 }, "uid: -1"],
    [{ gid: 2 ** 32 }, "gid: 4294967296"],
    [{ uid: 1.5 }, "uid: 1.5"],
    [{ uidOffset: Number.NaN }, "uidOffset: NaN"],
    [{ fixedTime: 0.5 }, "fixedTime: 0.5"],
    [{ uidOffset: -2000 }, "owner with uidOffset: -1000"],
    [{ gid: 0xffffffff, gidOffset: 1 }, "group with gidOffset: 4294967296"],
  ])("refuses %o", (options, message) => {
    expect(() => attributes(options)).toThrow(message);
  });
});
