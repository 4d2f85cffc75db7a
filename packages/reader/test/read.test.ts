import { DataLayout, encodeMapHeader, FeatureIncompat, NULL_BLOCK } from "@erofs/format";
import { checkSync, memorySource, openSync, type SyncSource } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { HandImage, lz4Run, pcluster } from "./support/hand-image.ts";
import { prose } from "./support/random.ts";
import { sampleImage } from "./support/sample-image.ts";

const mode = 0o100644;
const corrupt = expect.objectContaining({ code: "EUCLEAN" });

/** An image with one file of the given inode. */
function openWith(
  make: (image: HandImage) => number,
  fields: { featureIncompat?: number; packedNid?: number } = {},
) {
  const image = new HandImage();
  const nid = make(image);
  const root = image.directory([["file", nid, 1]]);
  const bytes = image.build({ rootNid: root, ...fields });
  return { image: openSync(memorySource(bytes)), bytes };
}

describe("flat files", () => {
  it("without a start block are holes, of any size", () => {
    const { image, bytes } = openWith((builder) =>
      builder.inode({ mode, size: 2 ** 52, startBlock: NULL_BLOCK }),
    );
    const node = image.lookup("file");
    expect(image.read(node, 2 ** 52 - 3, 10)).toEqual(new Uint8Array(3));
    expect(image.dataRanges(node)).toEqual([]);
    expect(() => image.read(node)).toThrow(expect.objectContaining({ code: "EFBIG" }));
    expect(checkSync(memorySource(bytes)).faults).toEqual([]);
  });

  it("are refused where they reach beyond the image", () => {
    const { image, bytes } = openWith((builder) => builder.inode({ mode, size: 2 ** 52, startBlock: 1 }));
    expect(() => image.read(image.lookup("file"), 2 ** 51, 10)).toThrow(corrupt);
    expect(checkSync(memorySource(bytes)).faultCount).toBeGreaterThan(0);
  });

  it("are refused when the inline tail leaves its block", () => {
    const { image } = openWith((builder) =>
      builder.inode({ mode, size: 4090, layout: DataLayout.flatInline, startBlock: NULL_BLOCK }),
    );
    expect(() => image.read(image.lookup("file"))).toThrow(corrupt);
  });

  it("are read straight into the caller's memory, past the cache", () => {
    const content = prose(300_000, 1);
    const builder = new HandImage();
    const root = builder.directory([["file", builder.file(content), 1]]);
    const bytes = builder.build({ rootNid: root });
    const targets: ArrayBufferLike[] = [];
    const source: SyncSource = {
      size: bytes.length,
      read(offset, target) {
        targets.push(target.buffer);
        target.set(bytes.subarray(offset, offset + target.length));
      },
    };
    const image = openSync(source);
    const node = image.lookup("file");
    targets.length = 0;
    const target = new Uint8Array(400_000);
    expect(image.readInto(node, 100, target)).toBe(299_900);
    expect(targets).toEqual([target.buffer]);
    expect(Buffer.compare(target.subarray(0, 299_900), content.subarray(100))).toBe(0);
    expect(image.readInto(node, 300_000, target)).toBe(0);
  });
});

describe("fragments", () => {
  const featureIncompat = FeatureIncompat.lz4ZeroPadding | FeatureIncompat.fragments;
  const wholeFile = (fragmentOffset: number) =>
    encodeMapHeader({ advise: 0, algorithm1: 0, wholeFileFragment: true, fragmentOffset });

  function withFragment(offset: number, size: number, packed?: Uint8Array) {
    const builder = new HandImage();
    const body = Buffer.concat([wholeFile(offset), Buffer.alloc(8)]);
    const file = builder.inode({ mode, size, layout: DataLayout.compressedFull }, { body, align: 8 });
    const packedNid = packed === undefined ? file : builder.file(packed);
    const root = builder.directory([["file", file, 1]]);
    const bytes = builder.build({ rootNid: root, featureIncompat, packedNid });
    return { bytes, image: openSync(memorySource(bytes)) };
  }

  it("come from the packed inode", () => {
    const { image, bytes } = withFragment(50, 100, prose(150, 1));
    const node = image.lookup("file");
    expect(Buffer.compare(image.read(node), prose(150, 1).subarray(50))).toBe(0);
    expect(image.extents(node)).toEqual([{ kind: "fragment", logical: 0, length: 100, fragmentOffset: 50 }]);
    expect(checkSync(memorySource(bytes)).faults).toEqual([]);
  });

  it("behind its end are refused", () => {
    const { image, bytes } = withFragment(51, 100, prose(150, 1));
    expect(() => image.read(image.lookup("file"))).toThrow(corrupt);
    const faults = [expect.objectContaining({ code: "data", path: "file" })];
    expect(checkSync(memorySource(bytes)).faults).toEqual(faults);
    expect(checkSync(memorySource(bytes), { readData: false }).faults).toEqual(faults);
  });

  it("of the packed inode itself are refused, not followed for ever", () => {
    const { image, bytes } = withFragment(0, 100);
    expect(() => image.read(image.lookup("file"))).toThrow("refers to itself");
    expect(checkSync(memorySource(bytes)).faultCount).toBeGreaterThan(0);
  });

  it("without a packed inode are refused", () => {
    const body = Buffer.concat([wholeFile(0), Buffer.alloc(8)]);
    const { image } = openWith((builder) =>
      builder.inode({ mode, size: 10, layout: DataLayout.compressedFull }, { body, align: 8 }),
    );
    expect(() => image.read(image.lookup("file"))).toThrow(corrupt);
  });
});

describe("clusters", () => {
  it("are decoded once for many small reads", () => {
    const { bytes, contents } = sampleImage();
    let reads = 0;
    const source = memorySource(bytes);
    const image = openSync({ ...source, read: (offset, target) => (reads++, source.read(offset, target)) });
    const node = image.lookup("full");
    image.read(node, 0, 1);
    reads = 0;
    for (let offset = 0; offset < 4 * 4096; offset += 100) image.read(node, offset, 10);
    expect(reads).toBe(0);
    const content = contents.full as Uint8Array;
    expect(Buffer.compare(image.read(node), content)).toBe(0);
  });

  it("that stand side by side are read in one go", () => {
    const { bytes } = sampleImage();
    const lengths: number[] = [];
    const source = memorySource(bytes);
    const image = openSync(
      { ...source, read: (offset, target) => (lengths.push(target.length), source.read(offset, target)) },
      { cacheBytes: 0 },
    );
    const node = image.lookup("full");
    image.read(node);
    expect(lengths.at(-1)).toBe(8192);
  });

  it("of images older than zero padding begin with their data", () => {
    const stored = lz4Run(7, 6000);
    const body = Buffer.concat([encodeMapHeader({ advise: 0, algorithm1: 0 }), Buffer.alloc(24)]);
    const make = (builder: HandImage) => {
      const block = builder.data(Buffer.concat([stored, Buffer.alloc(4096 - stored.length)]));
      body.writeUInt16LE(1, 16);
      body.writeUInt32LE(block, 20);
      body.writeUInt16LE(2, 24);
      body.writeUInt16LE(1, 28);
      return builder.inode({ mode, size: 6000, layout: DataLayout.compressedFull }, { body, align: 8 });
    };
    const { image } = openWith(make, { featureIncompat: 0 });
    expect(image.read(image.lookup("file"))).toEqual(new Uint8Array(6000).fill(7));
    const { image: padded } = openWith(make);
    expect(() => padded.read(padded.lookup("file"))).toThrow(corrupt);
  });

  it("of zeros alone are refused", () => {
    const { bytes } = sampleImage();
    const image = openSync(memorySource(bytes));
    const [first] = image.extents(image.lookup("compact"));
    const { offset, length } = first?.physical ?? { offset: 0, length: 0 };
    expect(length).toBe(pcluster(lz4Run(1, 20_000), 4096).length);
    bytes.fill(0, offset, offset + length);
    const damaged = openSync(memorySource(bytes));
    expect(() => damaged.read(damaged.lookup("compact"))).toThrow(corrupt);
    expect(checkSync(memorySource(bytes)).faults).toEqual([
      expect.objectContaining({ code: "data", path: "compact" }),
    ]);
  });
});
