import { DataLayout, FeatureIncompat, NULL_BLOCK } from "@erofs/format";
import { checkSync, memorySource, openSync, type SyncImage, type SyncSource } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { buildImage, type BuildOptions, inProcess, MemorySink, type Sink } from "../src/index.ts";
import { settle } from "../src/options.ts";
import { chooseEpoch } from "../src/plan/epoch.ts";
import { encodedIndex } from "../src/plan/encoded-index.ts";
import { planCompressed } from "../src/plan/compressed-plans.ts";
import { planInodes } from "../src/plan/plan-inodes.ts";
import { takeInventory } from "../src/plan/inventory.ts";
import { naiveLz4 } from "./naive-lz4.ts";
import { directory, file, noise, runs } from "./trees.ts";

/** An image of which only what was written takes memory. */
class SparseSink implements Sink {
  readonly #pieces: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  #size = 0;

  write(offset: number, bytes: Uint8Array): void {
    this.#pieces.push({ offset, bytes: bytes.slice() });
  }

  async finish(size: number): Promise<void> {
    this.#size = size;
  }

  abort(): void {}

  get source(): SyncSource {
    return {
      size: this.#size,
      read: (offset, target) => {
        target.fill(0);
        for (const piece of this.#pieces) {
          const from = Math.max(offset, piece.offset);
          const to = Math.min(offset + target.length, piece.offset + piece.bytes.length);
          if (from < to) {
            target.set(piece.bytes.subarray(from - piece.offset, to - piece.offset), from - offset);
          }
        }
      },
    };
  }
}

const TiB = 2 ** 40;

describe("data alignment", () => {
  it("gives large files whole blocks at its multiples, and leaves small ones alone", async () => {
    const contents = [5000, 20000, 16384, 16383, 40001].map((size, i) => noise(size, i + 1));
    const root = directory(Object.fromEntries(contents.map((bytes, i) => [`f${i}`, file(bytes)])));
    const options = { dataAlignment: { size: 16384 } };
    const sink = new MemorySink();
    await buildImage(root, sink, options, await inProcess(options));
    const image = openSync(memorySource(sink.image));
    for (const [i, bytes] of contents.entries()) {
      expect(Buffer.compare(image.read(image.lookup(`f${i}`)), bytes)).toBe(0);
    }
    for (const i of [1, 2, 4]) {
      const { startBlock, layout } = image.lookup(`f${i}`);
      expect([(startBlock * 4096) % 16384, layout]).toEqual([0, DataLayout.flatPlain]);
    }
    expect(image.lookup("f0").layout).toBe(DataLayout.flatInline);
    expect(checkSync(memorySource(sink.image)).faults).toEqual([]);
  });

  it("of all files keeps the ends of small ones inline", async () => {
    const root = directory({ tiny: file(noise(100, 1)), small: file(noise(5000, 2)) });
    const options: BuildOptions = { dataAlignment: { size: 65536, from: 0 }, imageAlignment: 64 };
    const sink = new MemorySink();
    await buildImage(root, sink, options, await inProcess(options));
    const image = openSync(memorySource(sink.image));
    expect(image.lookup("tiny").layout).toBe(DataLayout.flatInline);
    expect(image.lookup("small").startBlock).toBe(16);
    expect(image.superblock.blockCount).toBe(64);
    expect(sink.image.length).toBe(64 * 4096);
  });

  it.each([
    [{ dataAlignment: { size: 5000 } }, "data alignment 5000"],
    [{ dataAlignment: { size: 8192, from: -1 } }, "files from -1 bytes on"],
    [{ imageAlignment: 0 }, "image alignment 0"],
    [{ imageAlignment: 1.5 }, "image alignment 1.5"],
  ])("refuses %o", (options, message) => {
    expect(() => settle(options)).toThrow(message);
  });
});

describe("an image above 16 TiB", () => {
  const build = async (count: number, options: BuildOptions) => {
    const sink = new SparseSink();
    const linked = file(noise(9000, 99));
    const entries = Array.from({ length: count }, (_, i) => [`f${i}`, file(noise(9000, i + 1))] as const);
    const root = directory({ a: linked, b: linked, ...Object.fromEntries(entries) });
    await buildImage(root, sink, options, await inProcess(options));
    return { sink, root };
  };

  it("has 48-bit block numbers, and compact inodes with several links before them", async () => {
    const { sink, root } = await build(6, { dataAlignment: { size: 4 * TiB, from: 1 }, inlineData: false });
    const image = openSync(sink.source);
    expect(image.superblock.featureIncompat & FeatureIncompat.bit48).not.toBe(0);
    expect(image.superblock.blockCount).toBeGreaterThan(2 ** 32);
    for (const { name, node } of root.entries!) {
      const found = image.lookup(name);
      expect(found.extended).toBe(false);
      expect(image.read(found)).toEqual(new Uint8Array((node.content as { bytes: Uint8Array }).bytes));
      expect(found.startBlock).toBeLessThan(found.nlink > 1 ? NULL_BLOCK : Number.MAX_SAFE_INTEGER);
    }
    expect(image.lookup("f5").startBlock).toBeGreaterThan(2 ** 32);
    expect(checkSync(sink.source).faults).toEqual([]);
  });

  it("is the same whoever builds it", async () => {
    const options = { dataAlignment: { size: 4 * TiB, from: 1 } };
    const [one, two] = [await build(5, options), await build(5, options)];
    const bytes = ({ sink }: typeof one) => {
      const target = new Uint8Array(65536);
      sink.source.read(0, target);
      return target;
    };
    expect(Buffer.compare(bytes(one), bytes(two))).toBe(0);
  });

  it("ends where numbers end", async () => {
    await expect(build(3, { dataAlignment: { size: 4096 * 2 ** 40, from: 1 } })).rejects.toMatchObject({
      code: "EFBIG",
    });
  });
});

describe("the 48-bit layout", () => {
  it("has encoded extents where they are shorter, and compact inodes of any time", async () => {
    const large = runs(300_000, 1);
    const root = directory({
      large: file(large, { mtime: 1000, mtimeNsec: 0 }),
      small: file(runs(5000, 2), { mtime: 2000, mtimeNsec: 0 }),
      exact: file(runs(50, 3), { mtime: 2000, mtimeNsec: 7 }),
    });
    const compression = { compressor: naiveLz4, pclusterSize: 65536 };
    const images: { readonly image: SyncImage; readonly size: number }[] = [];
    for (const addressing of ["auto", "48bit"] as const) {
      const options: BuildOptions = { ...compression, addressing };
      const sink = new MemorySink();
      await buildImage(root, sink, options, await inProcess(options));
      const image = openSync(memorySource(sink.image));
      const found = image.lookup("large");
      expect(Buffer.compare(image.read(found), large)).toBe(0);
      expect(found).toMatchObject({ mtime: 1000, mtimeNsec: 0 });
      expect(image.lookup("small")).toMatchObject({ mtime: 2000, mtimeNsec: 0 });
      expect(image.lookup("exact")).toMatchObject({ mtime: 2000, mtimeNsec: 7 });
      expect(checkSync(memorySource(sink.image)).faults).toEqual([]);
      images.push({ image, size: sink.image.length });
    }
    const [auto, wide] = images;
    expect(wide!.image.lookup("large")).toMatchObject({ layout: DataLayout.compressedFull, extended: false });
    expect(wide!.image.lookup("small").extended).toBe(false);
    expect(wide!.image.lookup("exact").extended).toBe(true);
    expect(wide!.size).toBeLessThanOrEqual(auto!.size);
  });

  it("is needed by clusters above 16 TiB, whatever is asked for", async () => {
    const options: BuildOptions = { compressor: naiveLz4 };
    const inventory = takeInventory(directory({ f: file(runs(20_000, 1)) }));
    const epoch = chooseEpoch(inventory.nodes, "auto", false);
    const settings = settle(options);
    const plans = planInodes(
      inventory,
      { ofInode: new Map(), shared: [], prefixTable: new Uint8Array(0) },
      epoch,
      settings,
    );
    const plan = (startBlock: number, tailSize: number) => {
      plans.extents.append([10_000, 3, 10_000, 3]);
      const firstExtent = plans.extents.position - 2;
      const data = { choice: 0, firstExtent, extentCount: 2, startBlock, blockCount: 2, tailSize };
      plans.bodySizes[1] = 64;
      plans.recordSizes[1] = 0;
      planCompressed(plans, 1, data, settings);
      return plans.recordSizes[1];
    };
    expect(plan(100, 0)).toBe(0);
    expect(plan(2 ** 33, 0)).toBe(16);
    const bytes = Buffer.from(encodedIndex(plans, 1, 64, settings, false));
    expect(bytes.readBigUInt64LE(8 + 8 + 4)).toBe(2n ** 33n * 4096n);
    expect(() => plan(2 ** 33, 50)).toThrow(expect.objectContaining({ code: "EFBIG" }));
  });
});
