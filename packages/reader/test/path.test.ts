import { fromText } from "@erofs/format";
import { memorySource, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { HandImage } from "./support/hand-image.ts";

function linkedTree() {
  const image = new HandImage();
  const [root, a, b] = [image.reserve(64), image.reserve(64), image.reserve(64)];
  const file = image.file(Buffer.from("content"));
  image.directory([["file", file, 1]], { nid: b, parent: a });
  image.directory(
    [
      ["b", b, 2],
      ["link", image.symlink("b"), 7],
      ["out", image.symlink("../../../a/b/file"), 7],
    ],
    { nid: a, parent: root },
  );
  image.directory(
    [
      ["a", a, 2],
      ["absolute", image.symlink("/a//link/./file"), 7],
      ["dangling", image.symlink("a/nowhere"), 7],
      ["loop", image.symlink("a/../loop"), 7],
      ["long", image.symlink("x".repeat(300)), 7],
      [fromText("größe"), file, 1],
    ],
    { nid: root },
  );
  return { image: openSync(memorySource(image.build({ rootNid: root }))), root, a, b, file };
}

describe("lookup", () => {
  const { image, root, a, b, file } = linkedTree();

  it.each([
    ["", root],
    ["/", root],
    ["..", root],
    ["/../../a", a],
    ["a/b/", b],
    ["a/./b//file", file],
    ["a/b/../b/file", file],
    ["a/link/file", file],
    ["a/link/../b/file", file],
    ["a/out", file],
    ["absolute", file],
    [fromText("größe"), file],
  ])("%s leads where it should", (path, nid) => {
    expect(image.lookup(path).nid).toBe(nid);
  });

  it.each([
    ["nothing", "ENOENT"],
    ["dangling", "ENOENT"],
    ["a/b/file/", "ENOTDIR"],
    ["a/b/file/x", "ENOTDIR"],
    ["a/out/x", "ENOTDIR"],
    ["loop", "ELOOP"],
    ["loop/x", "ELOOP"],
    ["long", "ENAMETOOLONG"],
    ["y".repeat(256), "ENAMETOOLONG"],
  ])("%s fails and says why", (path, code) => {
    expect(() => image.lookup(path)).toThrow(expect.objectContaining({ name: "PathError", code, path }));
  });

  it("leaves a symlink at the end alone when asked to", () => {
    expect(image.readlink(image.lookup("a/link", { followSymlinks: false }))).toBe("b");
    expect(image.lookup("a/link/", { followSymlinks: false }).nid).toBe(b);
    expect(image.readlink(image.lookup("loop", { followSymlinks: false }))).toBe("a/../loop");
  });

  it("refuses to read the target of what is no symlink", () => {
    expect(() => image.readlink(image.root)).toThrow(expect.objectContaining({ code: "EINVAL" }));
  });
});
