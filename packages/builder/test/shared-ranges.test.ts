import { DataLayout, FeatureIncompat, FileType } from "@erofs/format";
import { memorySource, openSync, type SyncImage } from "@erofs/reader";
import type { TreeNode } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import { buildImage, type BuildOptions, inProcess, MemorySink } from "../src/index.ts";
import { naiveLz4 } from "./naive-lz4.ts";
import { directory, file, noise, runs } from "./trees.ts";

async function build(root: TreeNode, options: BuildOptions): Promise<SyncImage> {
  const sink = new MemorySink();
  const all = { compressor: naiveLz4, dedupe: true, ...options };
  await buildImage(root, sink, all, await inProcess(all));
  return openSync(memorySource(sink.image));
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** The files of the root that are not read back as they are. */
function changed(image: SyncImage, root: TreeNode): string[] {
  return root.entries!.flatMap(({ name, node }) => {
    if (node.type !== FileType.regular || node.content?.kind !== "memory") return [];
    const inode = image.lookup(`/${name}`);
    const isEqual = Buffer.compare(image.read(inode, 0, inode.size), node.content.bytes) === 0;
    return isEqual ? [] : [name];
  });
}

function blocksOf(image: SyncImage): number {
  return image.superblock.blockCount;
}

const geometries: { blockSize: number; pclusterSize: number }[] = [
  { blockSize: 512, pclusterSize: 512 },
  { blockSize: 512, pclusterSize: 8192 },
  { blockSize: 4096, pclusterSize: 4096 },
  { blockSize: 4096, pclusterSize: 65536 },
];

describe.each(geometries)(
  "ranges that files have in common, in blocks of $blockSize, clusters of $pclusterSize",
  (sizes) => {
    const { blockSize } = sizes;
    const text = runs(150_000, 1);
    const random = noise(100_000, 3);

    it.each<[string, Partial<BuildOptions>]>([
      ["alone", {}],
      ["with full indexes", { legacyIndex: true }],
      ["with tails packed", { tailPacking: true }],
      ["with fragments", { fragments: {} }],
      ["in the packed inode", { fragments: { all: true }, tailPacking: true }],
    ])("stores them once, %s", async (_, options) => {
      const root = directory({
        a: file(concat(noise(7_001, 5), text, random, runs(3_000, 7))),
        b: file(concat(noise(12_345, 9), text, runs(20_202, 11), random, noise(1, 13))),
        c: file(concat(runs(31_313, 15), text.subarray(20_000), random.subarray(0, 60_000))),
        d: file(concat(text, noise(9_009, 17), text)),
      });
      const image = await build(root, { ...sizes, ...options });
      expect(changed(image, root)).toEqual([]);
      expect(image.superblock.featureIncompat & FeatureIncompat.fragments).not.toBe(0);
      const without = await build(root, { ...sizes, ...options, dedupe: false });
      // The random bytes alone are there three times, less what no slice or cut allows.
      expect(blocksOf(without) - blocksOf(image)).toBeGreaterThan((2.2 * random.length * 0.7) / blockSize);
    });

    it("keeps extents apart where nothing shrinks", async () => {
      const root = directory({
        a: file(random),
        b: file(concat(noise(20_001, 19), random, noise(20_777, 21))),
        c: file(concat(noise(20_003, 23), random.subarray(9_001, 77_777), noise(30_001, 25))),
      });
      const image = await build(root, sizes);
      expect(changed(image, root)).toEqual([]);
      for (const { name } of root.entries!) {
        const inode = image.lookup(`/${name}`);
        expect(inode.layout === DataLayout.flatPlain || inode.layout === DataLayout.flatInline).toBe(false);
        const extents = image.extents(inode);
        expect(extents.every(({ kind }) => kind === "plain")).toBe(true);
        for (const { length, physical } of extents.slice(0, -1)) {
          const stored = physical!.length;
          const expected = stored === blockSize ? [blockSize, blockSize] : [2 * blockSize + 1, 3 * blockSize];
          expect(length).toBeGreaterThanOrEqual(expected[0]!);
          expect(length).toBeLessThanOrEqual(expected[1]!);
          expect(stored).toBe(expected[1]!);
        }
      }
      expect(
        image.extents(image.lookup("/b")).some(({ physical }) => physical!.length === 3 * blockSize),
      ).toBe(true);
    });

    it("gives what is over to the blocks behind a cluster that can do with less", async () => {
      const root = directory({
        a: file(random),
        b: file(concat(runs(40_000, 27), noise(90_001, 29), random)),
      });
      const image = await build(root, sizes);
      expect(changed(image, root)).toEqual([]);
      const extents = image.extents(image.lookup("/b"));
      expect(extents.some(({ kind }) => kind === "compressed")).toBe(true);
      const shared = image.extents(image.lookup("/a")).at(-1)!.physical!.offset;
      const own = extents.slice(
        0,
        extents.findIndex(({ physical }) => physical!.offset <= shared),
      );
      expect(own.at(-1)!.kind).toBe("plain");
      const plain = own.filter(({ kind }) => kind === "plain");
      expect(plain.every(({ length }) => length === blockSize)).toBe(true);
    });

    it("reads back files that are all mixed up", async () => {
      for (let seed = 1; seed <= 12; seed++) {
        const numbers = new Uint32Array(noise(400, seed * 2).buffer);
        let used = 0;
        const below = (limit: number) => numbers[used++ % numbers.length]! % limit;
        const sources = [
          runs(60_000, seed),
          noise(60_000, seed + 100),
          concat(runs(30_000, 31), noise(30_000, 33)),
        ];
        const entries: Record<string, TreeNode> = {};
        for (let i = 0; i < 5; i++) {
          const parts = Array.from({ length: 1 + below(5) }, () => {
            const source = sources[below(sources.length)]!;
            const start = below(source.length);
            return source.subarray(start, start + below(source.length - start));
          });
          entries[`file${i}`] = file(concat(noise(below(9_000), below(1 << 20)), ...parts));
        }
        const root = directory(entries);
        const options = [{}, { tailPacking: true }, { fragments: {} }, { fragments: { all: true } }][
          seed % 4
        ]!;
        expect(changed(await build(root, { ...sizes, ...options }), root), `seed ${seed}`).toEqual([]);
      }
    });
  },
);

describe("ranges that files have in common", () => {
  it("are not shared between algorithms, and not where compression is chosen on the way", async () => {
    const common = noise(100_000, 35);
    const root = directory({ a: file(common), b: file(concat(runs(9_000, 37), common)) });
    const other = {
      ...naiveLz4,
      name: "other",
      algorithm: 2,
      config: () => Uint8Array.of(15, 0, 0, 0, 0, 0),
    };
    const all: BuildOptions[] = [
      {
        compressor: undefined,
        compressions: [{ compressor: naiveLz4 }, { compressor: other }],
        compressionOf: (path) => (path === "a" ? 1 : 0),
        verify: false,
      },
      { compressor: undefined, compressions: [{ compressor: naiveLz4 }], auto: {} },
    ];
    for (const options of all) {
      const sink = new MemorySink();
      const wanted = { dedupe: true, ...options };
      const { imageBytes } = await buildImage(root, sink, wanted, await inProcess(wanted));
      expect(imageBytes).toBeGreaterThan(2 * common.length);
    }
  });
});
