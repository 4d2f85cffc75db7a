import { blobSource, memorySource, open, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { HandImage } from "./support/hand-image.ts";
import { sampleImage } from "./support/sample-image.ts";

const samplePaths = " chunks compact device empty fifo flat full inline link part sub sub/deeper".split(" ");

describe("walk", () => {
  const { bytes } = sampleImage();

  it("gives each directory before its entries, by both drivers", async () => {
    const sync = openSync(memorySource(bytes));
    expect([...sync.walk()].map(({ path }) => path)).toEqual(samplePaths);
    const later = await open(blobSource(new Blob([bytes as BlobPart])));
    const paths: string[] = [];
    for await (const { path } of later.walk()) paths.push(path);
    expect(paths).toEqual(samplePaths);
  });

  it("begins where it is told to", () => {
    const image = openSync(memorySource(bytes));
    const entries = [...image.walk(image.lookup("sub"))];
    expect(entries.map(({ path, depth }) => [path, depth])).toEqual([
      ["", 0],
      ["deeper", 1],
    ]);
  });

  it("ends at a directory that holds itself", () => {
    const image = new HandImage();
    const [root, below] = [image.reserve(64), image.reserve(64)];
    image.directory([["up", root, 2]], { nid: below, parent: root });
    image.directory([["below", below, 2]], { nid: root });
    const opened = openSync(memorySource(image.build({ rootNid: root })));
    const paths: string[] = [];
    expect(() => {
      for (const { path } of opened.walk()) paths.push(path);
    }).toThrow("reached twice");
    expect(paths).toEqual(["", "below"]);
  });
});
