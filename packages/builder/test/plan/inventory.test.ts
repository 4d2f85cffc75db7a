import { FileType } from "@erofs/format";
import { createNode, type TreeNode } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import { takeInventory } from "../../src/plan/inventory.ts";

function directory(entries: Record<string, TreeNode>): TreeNode {
  const node = createNode(FileType.directory, 0o755);
  node.entries = Object.keys(entries)
    .toSorted()
    .map((name) => ({ name, node: entries[name]! }));
  return node;
}

describe("takeInventory", () => {
  it("numbers a directory's entries together, then each subdirectory's", () => {
    const [a, b, c] = [1, 2, 3].map(() => createNode(FileType.regular, 0o644));
    const inner = directory({ c: c! });
    const root = directory({ a: a!, b: inner, z: b! });
    const { nodes, directories, linkCounts } = takeInventory(root);
    expect(nodes).toEqual([root, a, inner, b, c]);
    expect([...linkCounts]).toEqual([3, 1, 2, 1, 1]);
    expect(
      directories.map(({ index, parent, firstNew, newCount }) => [index, parent, firstNew, newCount]),
    ).toEqual([
      [0, 0, 1, 3],
      [2, 0, 4, 1],
    ]);
  });

  it("counts the links of a node that stands under several names", () => {
    const file = createNode(FileType.regular, 0o644);
    const { nodes, linkCounts, directories } = takeInventory(
      directory({ a: file, b: directory({ c: file }) }),
    );
    expect(nodes).toHaveLength(3);
    expect([...linkCounts]).toEqual([3, 2, 2]);
    expect([...directories[1]!.children]).toEqual([1]);
  });

  it.each(["", ".", "..", "a/b", "a\0b", "x".repeat(256), "\u0100"])("refuses the name %j", (name) => {
    expect(() => takeInventory(directory({ [name]: createNode(FileType.regular, 0o644) }))).toThrow(
      /cannot be a file name/,
    );
  });

  it("refuses entries out of order, and one name twice", () => {
    const root = directory({
      a: createNode(FileType.regular, 0o644),
      b: createNode(FileType.regular, 0o644),
    });
    root.entries!.reverse();
    expect(() => takeInventory(root)).toThrow(/byte order/);
    root.entries = [root.entries![0]!, root.entries![0]!];
    expect(() => takeInventory(root)).toThrow(/byte order/);
  });

  it("refuses a directory that stands in the tree twice, which a cycle is, too", () => {
    const inner = directory({});
    expect(() => takeInventory(directory({ a: inner, b: inner }))).toThrow(/twice/);
    inner.entries = [{ name: "self", node: inner }];
    expect(() => takeInventory(directory({ a: inner }))).toThrow(/twice/);
  });

  it("refuses files with other bytes than their sizes say, and symlinks to nothing", () => {
    const sized = (size: number, length?: number) => {
      const node = Object.assign(createNode(FileType.regular, 0o644), { size });
      if (length !== undefined) node.content = { kind: "memory", bytes: new Uint8Array(length) };
      return directory({ a: node });
    };
    expect(() => takeInventory(sized(5))).toThrow(/file "a" of size 5 has 0 bytes/);
    expect(() => takeInventory(sized(5, 4))).toThrow(/file "a" of size 5 has 4 bytes/);
    expect(() => takeInventory(sized(5, 6))).toThrow(/file "a" of size 5 has 6 bytes/);
    expect(() => takeInventory(directory({ a: createNode(FileType.symlink, 0o777) }))).toThrow(/no target/);
    expect(takeInventory(sized(5, 5)).nodes.length).toBe(2);
  });

  it("refuses a root that is no directory", () => {
    expect(() => takeInventory(createNode(FileType.regular, 0o644))).toThrow(/root/);
  });
});
