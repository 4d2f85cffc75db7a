import { closeSync, ftruncateSync, openSync as openFile, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSync } from "@erofs/reader";
import { fileSource } from "@erofs/reader/node";
import { afterAll, describe, expect, it } from "vitest";
import { scratchDirectory } from "../support/mkfs.ts";
import { sampleImage } from "../support/sample-image.ts";

describe("fileSource", () => {
  const scratch = scratchDirectory();
  const path = join(scratch.path, "image");
  const { bytes, contents } = sampleImage();
  afterAll(() => scratch.remove());

  it("opens a path, or an image inside a file", () => {
    writeFileSync(path, Buffer.concat([Buffer.alloc(1000), bytes]));
    const image = openSync(fileSource(path, { offset: 1000 }));
    expect(Buffer.compare(image.read(image.lookup("full")), contents.full as Uint8Array)).toBe(0);
    image.close();
    expect(() => image.readView(image.lookup("flat"), 0, 10)).toThrow("EBADF");
  });

  it("reads by what it is given, also where that stops early", () => {
    const readAt = (fd: number, target: Uint8Array, position: number) =>
      readSync(fd, target, 0, Math.min(100, target.length), position);
    const image = openSync(fileSource(path, { offset: 1000, readAt }));
    expect(Buffer.compare(image.read(image.lookup("full")), contents.full as Uint8Array)).toBe(0);
    image.close();
  });

  it("leaves a descriptor open that it was given", () => {
    const fd = openFile(path, "r+");
    const source = fileSource(fd, { offset: 1000 });
    source.close?.();
    const target = new Uint8Array(4);
    source.read(1024, target);
    expect([...target]).toEqual([0xe2, 0xe1, 0xf5, 0xe0]);
    ftruncateSync(fd, 2000);
    expect(() => source.read(1024, target)).toThrow(expect.objectContaining({ code: "EIO" }));
    closeSync(fd);
  });

  it("refuses an offset behind the end", () => {
    writeFileSync(path, "short");
    expect(() => fileSource(path, { offset: 6 })).toThrow(expect.objectContaining({ code: "EINVAL" }));
  });
});
