import { DataLayout, FeatureCompat, FeatureIncompat, isMetaboxNid } from "@erofs/format";
import { checkSync, memorySource, openSync } from "@erofs/reader";
import type { TreeNode } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import { buildImage, type BuildOptions, inProcess, MemorySink } from "../src/index.ts";
import { settle } from "../src/options.ts";
import { naiveLz4 } from "./naive-lz4.ts";
import { directory, everything, file, runs, xattr } from "./trees.ts";

async function build(root: TreeNode, options: BuildOptions): Promise<Uint8Array> {
  const sink = new MemorySink();
  await buildImage(root, sink, options, await inProcess(options));
  return sink.image;
}

const compression = { compressor: naiveLz4 };

/** A tree whose metadata take several segments of the metabox would be too large here; its blocks are small instead. */
const many = directory(
  Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [
      `file ${i}`,
      file(runs(i % 7 === 0 ? 3000 : 20 + i, i + 1), { xattrs: [xattr("user.same", "value")] }),
    ]),
  ),
);

describe("a metabox", () => {
  it.each<[string, BuildOptions]>([
    ["that is not compressed", { metabox: {} }],
    ["in an image whose files are not", { metabox: { compression } }],
    ["with files in clusters of another size", { ...compression, metabox: { pclusterSize: 16384 } }],
    [
      "with all that files can have",
      { ...compression, metabox: {}, tailPacking: true, dedupe: true, fragments: {} },
    ],
    ["with compressed directories", { ...compression, metabox: {}, compressDirectories: true }],
    [
      "of small blocks",
      { ...compression, blockSize: 512, pclusterSize: 4096, metabox: { pclusterSize: 1024 } },
    ],
  ])("%s holds all inodes but hidden ones", async (_, options) => {
    const bytes = await build(directory({ all: everything(options.blockSize ?? 4096), many }), options);
    const image = openSync(memorySource(bytes));
    const { featureIncompat, featureCompat } = image.superblock;
    const needed = FeatureIncompat.metabox | FeatureIncompat.bit48;
    expect(featureIncompat & needed).toBe(needed);
    expect(featureCompat & FeatureCompat.sharedXattrsInMetabox).not.toBe(0);
    const nodes = [...image.walk()].map(({ node }) => node);
    expect(nodes.every(({ nid }) => isMetaboxNid(nid))).toBe(true);
    expect(image.metaboxInode().mode).toBe(0o100600);
    for (const { name, node } of many.entries!) {
      const found = image.lookup(`many/${name}`);
      const { bytes: content } = node.content as { bytes: Uint8Array };
      expect(Buffer.compare(image.read(found), content)).toBe(0);
      expect(image.xattrs(found).map(({ name: each }) => each)).toEqual(["user.same"]);
    }
    expect(checkSync(memorySource(bytes)).faults).toEqual([]);
  });

  it("makes the image smaller where metadata are much of it", async () => {
    const plain = await build(many, {});
    const boxed = await build(many, { metabox: { compression, pclusterSize: 16384 } });
    expect(boxed.length).toBeLessThan(plain.length / 2);
    const found = openSync(memorySource(boxed)).metaboxInode();
    expect(found.layout).toBe(DataLayout.compressedCompact);
  });

  it("is compressed by what is for it alone, and files are not", async () => {
    const bytes = await build(directory({ large: file(runs(50_000, 3)) }), { metabox: { compression } });
    expect(openSync(memorySource(bytes)).lookup("large").layout).toBe(DataLayout.flatInline);
  });

  it("has clusters of whole blocks", () => {
    expect(() => settle({ metabox: { compression, pclusterSize: 5000 } })).toThrow("metabox: pcluster size");
    expect(() => settle({ metabox: { pclusterSize: 5000 } })).toThrow(
      "metabox: pcluster size 5000 is not a multiple of the block size 4096",
    );
    expect(settle({ metabox: { pclusterSize: 8192 } }).metabox).toEqual({ compression: undefined });
  });
});
