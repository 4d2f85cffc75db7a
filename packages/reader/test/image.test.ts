import { blobSource, checkSync, memorySource, open, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { sampleImage } from "./support/sample-image.ts";

describe.each([9, 10, 12, 14, 16])("a hand-made image, block size bits %i", (bits) => {
  const { bytes, contents } = sampleImage(bits);

  it("is read right by both drivers", async () => {
    const sync = openSync(memorySource(bytes));
    const later = await open(blobSource(new Blob([bytes as BlobPart])));
    for (const [name, content] of Object.entries(contents)) {
      const node = sync.lookup(name);
      expect(Buffer.compare(sync.read(node), content)).toBe(0);
      expect(Buffer.compare(await later.read(await later.lookup(name)), content)).toBe(0);
      for (let offset = 0; offset < content.length;) {
        const view = sync.readView(node, offset, content.length);
        expect(Buffer.compare(view, content.subarray(offset, offset + view.length))).toBe(0);
        offset += view.length;
      }
    }
  });

  it("reads many files of one asynchronous image side by side", async () => {
    const later = await open(blobSource(new Blob([bytes as BlobPart])), { cacheBytes: 0 });
    const names = Array.from({ length: 5 }, () => Object.keys(contents)).flat();
    const all = await Promise.all(names.map(async (name) => later.read(await later.lookup(name))));
    for (const [i, name] of names.entries())
      expect(Buffer.compare(all[i] as Uint8Array, contents[name] as Uint8Array)).toBe(0);
  });

  it("is found sound", () => {
    expect(checkSync(memorySource(bytes))).toMatchObject({
      faults: [],
      faultCount: 0,
      inodes: 13,
      directories: 3,
    });
  });
});
