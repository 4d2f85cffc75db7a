import { CorruptImage, type FileType } from "@erofs/format";
import { memorySource, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { HandImage } from "./support/hand-image.ts";
import { seededRandom } from "./support/random.ts";

/** Names of all lengths over few characters, so that many share beginnings. */
function manyNames(count: number): string[] {
  const random = seededRandom(5);
  const names = new Set<string>();
  while (names.size < count) {
    const length = 1 + Math.floor(random() ** 4 * 255);
    names.add(Array.from({ length }, () => "-.aZ\xff"[Math.floor(random() * 5)]).join(""));
  }
  names.delete(".");
  names.delete("..");
  return [...names];
}

describe.each([9, 12])("directories, block size bits %i", (bits) => {
  const names = manyNames(3000);
  const builder = new HandImage(bits);
  const file = builder.file(Buffer.from("x"));
  const root = builder.directory(names.map((name) => [name, file, 1] as const));
  const bytes = builder.build({ rootNid: root });
  const image = openSync(memorySource(bytes));

  it("lists the same entries block by block", () => {
    const blocks = Math.ceil(image.root.size / image.blockSize);
    const listed = Array.from({ length: blocks }, (_, index) => image.readdirBlock(image.root, index));
    expect(listed.flat()).toEqual(image.readdir(image.root));
    expect(listed.length).toBeGreaterThan(10);
    for (const index of [blocks, -1, 2 ** 40]) expect(image.readdirBlock(image.root, index)).toEqual([]);
  });

  it("lists all names in byte order", () => {
    const listed = image.readdir(image.root).map(({ name }) => name);
    expect(listed).toEqual([...names, ".", ".."].toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it("finds each name, and nothing else", () => {
    const known = new Set(names);
    for (const name of names) {
      expect(image.child(image.root, name)?.nid).toBe(file);
      const near = [`${name}-`, name.slice(0, -1), `${name}\xff`, `-${name}`, `${name}\0`]
        .map((each) => each.slice(0, 255))
        .filter((each) => each !== "." && each !== "..");
      for (const each of near) expect(image.child(image.root, each) !== undefined).toBe(known.has(each));
    }
    expect(image.child(image.root, ".")?.nid).toBe(root);
    expect(image.child(image.root, "..")?.nid).toBe(root);
  });

  it("refuses names out of order across blocks", () => {
    const blockSize = 2 ** bits;
    const content = image.root.startBlock * blockSize;
    const swapped = new Uint8Array(bytes);
    swapped.set(bytes.subarray(content, content + blockSize), content + blockSize);
    swapped.set(bytes.subarray(content + blockSize, content + 2 * blockSize), content);
    const damaged = openSync(memorySource(swapped));
    expect(() => damaged.readdir(damaged.root)).toThrow(CorruptImage);
  });

  it("refuses a directory that claims more than the image holds", () => {
    const claiming = new HandImage(bits);
    const nid = claiming.inode({ mode: 0o040755, nlink: 2, size: 2 ** 52, startBlock: 1 });
    const huge = openSync(memorySource(claiming.build({ rootNid: nid })));
    expect(() => huge.readdir(huge.root)).toThrow(CorruptImage);
    expect(() => huge.child(huge.root, "x")).toThrow(CorruptImage);
  });
});

it("knows . where it is not stored", () => {
  const builder = new HandImage();
  // Two dirents, names from byte 24 and 26.
  const content = Buffer.from("00000000000000001800020000000000000000001a0001002e2e61", "hex");
  const nid = builder.inode({
    mode: 0o040755,
    nlink: 2,
    size: content.length,
    dotOmitted: true,
    startBlock: builder.data(content),
  });
  const image = openSync(memorySource(builder.build({ rootNid: nid })));
  expect(image.readdir(image.root).map(({ name }) => name)).toEqual(["..", "a"]);
  expect(image.child(image.root, ".")?.nid).toBe(nid);
});

it("refuses to look into what is no directory", () => {
  const builder = new HandImage();
  const file = builder.file(Buffer.from("x"));
  const type: FileType = 1;
  const image = openSync(memorySource(builder.build({ rootNid: builder.directory([["f", file, type]]) })));
  const node = image.lookup("f");
  expect(() => image.readdir(node)).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
  expect(() => image.child(node, "x")).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
});
