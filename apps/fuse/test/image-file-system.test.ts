import { buildImage, type BuildOptions, inProcess, MemorySink } from "@erofs/builder";
import { nodePlatform } from "@erofs/builder/node";
import { FileType } from "@erofs/format";
import type { DirectoryEntry, FileSystem } from "@erofs/fuse";
import { memorySource, openSync, type SyncImage } from "@erofs/reader";
import type { TreeNode } from "@erofs/tree";
import { describe, expect, test } from "vitest";
import { directory, file, noise, special, symlink, xattr } from "../../../packages/builder/test/trees.ts";
import { imageFileSystem } from "../src/image-file-system.ts";
import { nextInFile } from "../src/next-in-file.ts";
import { nodeIds, ROOT_NODE } from "../src/node-id.ts";

const root = { uid: 0, gid: 0, pid: 1 };
const user = { uid: 1000, gid: 1000, pid: 1 };

async function imageOf(tree: TreeNode, options: BuildOptions = {}): Promise<SyncImage> {
  const sink = new MemorySink();
  await buildImage(tree, sink, options, await inProcess(options, nodePlatform));
  return openSync(memorySource(sink.image));
}

/** All entries of a directory, `at` of them a request. */
function list(fileSystem: FileSystem, node: number, at: number): DirectoryEntry[] {
  const found: DirectoryEntry[] = [];
  for (let position = 0; ;) {
    let room = at;
    const before = found.length;
    fileSystem.readdir(node, position, (entry) => room-- > 0 && found.push(entry) > 0, 0, root);
    if (found.length === before) return found;
    position = found.at(-1)!.next;
  }
}

test("nodes are NIDs and a constant, but for the root", () => {
  for (const rootNid of [0, 36, 2 ** 40]) {
    const { nodeOf, nidOf } = nodeIds(rootNid);
    expect(nodeOf(rootNid)).toBe(ROOT_NODE);
    const nodes = [0, 1, 2, 36, 37, 2 ** 40, 2 ** 52].map(nodeOf);
    expect(new Set(nodes).size).toBe(nodes.length);
    expect(Math.min(...nodes)).toBe(ROOT_NODE);
    expect(nodes.map(nidOf)).toEqual([0, 1, 2, 36, 37, 2 ** 40, 2 ** 52]);
  }
});

describe("imageFileSystem", () => {
  test("tells what stat, readlink, xattrs and statfs tell", async () => {
    const linked = file(noise(5000, 1), { mtime: -1, mtimeNsec: 5, uid: 70000 });
    const image = await imageOf(
      directory({
        a: linked,
        b: linked,
        device: special(FileType.characterDevice, 5, 300),
        link: symlink("to/\xff"),
        attributed: file(new Uint8Array(0), { xattrs: [xattr("trusted.a", "1"), xattr("user.b", "2")] }),
      }),
    );
    const fileSystem = imageFileSystem(image);
    const node = (name: string) => fileSystem.lookup(ROOT_NODE, name, root)!.node;
    const entry = fileSystem.lookup(ROOT_NODE, "a", root)!;
    expect(entry.attributes).toMatchObject({
      ino: image.lookup("/a").nid,
      mode: 0o100644,
      nlink: 2,
      uid: 70000,
      size: 5000,
      blocks: 16,
      mtime: -1,
      mtimeNsec: 5,
    });
    expect(node("b")).toBe(entry.node);
    expect(fileSystem.attributes(entry.node, root)).toEqual(entry.attributes);
    expect(fileSystem.lookup(ROOT_NODE, "c", root)).toBeUndefined();
    expect(fileSystem.attributes(node("device"), root).rdev).toBe((300 & 0xff) | (5 << 8) | (0x100 << 12));
    expect(fileSystem.readlink!(node("link"), root)).toBe("to/\xff");
    const attributed = node("attributed");
    expect(fileSystem.xattrNames!(attributed, root).toSorted()).toEqual(["trusted.a", "user.b"]);
    expect(fileSystem.xattrNames!(attributed, user)).toEqual(["user.b"]);
    expect(fileSystem.xattr!(attributed, "user.b", user)).toEqual(Uint8Array.of(0x32));
    expect(fileSystem.xattr!(attributed, "user.c", user)).toBeUndefined();
    expect(fileSystem.statistics!(root)).toMatchObject({
      blocks: image.superblock.blockCount,
      freeBlocks: 0,
      blockSize: 4096,
      nameLength: 255,
    });
    // NFS servers ask so.
    expect(fileSystem.lookup(entry.node, ".", root)).toEqual(entry);
    expect(fileSystem.lookup(ROOT_NODE, "..", root)!.node).toBe(ROOT_NODE);
    expect(() => fileSystem.lookup(entry.node, "x", root)).toThrow(
      expect.objectContaining({ code: "ENOTDIR" }),
    );
    expect(() => fileSystem.attributes(2 ** 50, root)).toThrow(expect.objectContaining({ code: "EUCLEAN" }));
    const target = Buffer.alloc(100);
    expect(fileSystem.read(entry.node, 4950, target, 0, root)).toBe(50);
    expect(target.subarray(0, 50).equals(noise(5000, 1).subarray(4950))).toBe(true);
  });

  test.each([1, 7, 1000])("lists a directory of many blocks, %d entries a request", async (at) => {
    const names = Array.from({ length: 1500 }, (_, i) => `name-${i}`.padEnd(5 + (i % 90), "x"));
    const image = await imageOf(
      directory(Object.fromEntries(names.map((name) => [name, file(new Uint8Array(0))]))),
      {
        blockSize: 1024,
      },
    );
    const fileSystem = imageFileSystem(image);
    const found = list(fileSystem, ROOT_NODE, at);
    expect(found.map(({ name }) => name)).toEqual([".", "..", ...names].toSorted());
    expect(found.find(({ name }) => name === ".")).toMatchObject({ node: ROOT_NODE, type: 4 });
    for (const { name, node, type, next } of found) {
      expect(next).toBeGreaterThan(0);
      if (name.startsWith(".")) continue;
      expect(type).toBe(8);
      expect(node).toBe(fileSystem.lookup(ROOT_NODE, name, root)!.node);
    }
    expect(new Set(found.map(({ next }) => next)).size).toBe(found.length);
  });

  test('lists "." where it is not stored', async () => {
    const stored = await imageOf(directory({ a: file(new Uint8Array(0)) }));
    const image: SyncImage = {
      ...stored,
      inode: (nid) => ({ ...stored.inode(nid), dotOmitted: true }),
      readdirBlock: (dir, index) => stored.readdirBlock(dir, index).filter(({ name }) => name !== "."),
    };
    const fileSystem = imageFileSystem(image);
    for (const at of [1, 10]) {
      const found = list(fileSystem, ROOT_NODE, at);
      expect(found.map(({ name }) => name)).toEqual([".", "..", "a"]);
      expect(new Set(found.map(({ next }) => next)).size).toBe(3);
    }
  });
});

test("nextInFile finds data and holes, across what is looked at in one go", async () => {
  const real = await imageOf(directory({ a: file(noise(10, 1)) }));
  const size = 100 << 20;
  const data = [
    [5 << 20, 6 << 20],
    [40 << 20, 90 << 20],
  ] as const;
  /** A file of pieces of 1 MiB, in `data` or not. */
  const image: SyncImage = {
    ...real,
    extents: (node, offset = 0, length = 0) => {
      const found = [];
      for (
        let at = Math.floor(offset / 2 ** 20) * 2 ** 20;
        at < Math.min(offset + length, size);
        at += 2 ** 20
      ) {
        const isData = data.some(([start, end]) => at >= start && at < end);
        found.push({ kind: isData ? ("data" as const) : ("hole" as const), logical: at, length: 2 ** 20 });
      }
      return found;
    },
  };
  const node = { ...real.lookup("/a"), size };
  const next = (offset: number, wanted: "data" | "hole") => nextInFile(image, node, offset, wanted);
  expect(next(0, "hole")).toBe(0);
  expect(next(0, "data")).toBe(5 << 20);
  expect(next(5 << 20, "data")).toBe(5 << 20);
  expect(next((5 << 20) + 7, "data")).toBe((5 << 20) + 7);
  expect(next((5 << 20) + 7, "hole")).toBe(6 << 20);
  expect(next(7 << 20, "data")).toBe(40 << 20);
  expect(next(50 << 20, "hole")).toBe(90 << 20);
  expect(next(95 << 20, "data")).toBeUndefined();
  expect(next(size, "hole")).toBeUndefined();
  const full = { ...real.lookup("/a") };
  expect(nextInFile(real, full, 3, "hole")).toBe(10);
});
