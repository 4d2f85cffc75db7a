import type { Compressor } from "@erofs/compressor";
import {
  Algorithm,
  DataLayout,
  decodeCompressionConfigs,
  decodeLz4Config,
  FeatureIncompat,
  SUPERBLOCK_OFFSET,
  SUPERBLOCK_SIZE,
} from "@erofs/format";
import { lz4, lz4hc } from "@erofs/lz4-wasm";
import { loadDecoders, memorySource, openSync } from "@erofs/reader";
import type { TreeNode } from "@erofs/tree";
import { describe, expect, it } from "vitest";
import { buildImage, type BuildOptions, type BuildSummary, inProcess, MemorySink } from "../src/index.ts";
import { brotli } from "./plugins/brotli.mjs";
import { deflate } from "./plugins/deflate.mjs";
import { directory, file, noise, runs } from "./trees.ts";

async function build(
  root: TreeNode,
  options: BuildOptions,
): Promise<{ image: Uint8Array; summary: BuildSummary }> {
  const sink = new MemorySink();
  const summary = await buildImage(root, sink, options, await inProcess(options));
  return { image: sink.image, summary };
}

/** Superblock and records as they stand in the image. */
function head(image: Uint8Array) {
  const view = new DataView(image.buffer, image.byteOffset + SUPERBLOCK_OFFSET);
  const superblock = {
    featureIncompat: view.getUint32(0x50, true),
    availableAlgorithms: view.getUint16(0x54, true),
  };
  const hasConfigs = (superblock.featureIncompat & FeatureIncompat.comprCfgs) !== 0;
  const records = image.subarray(SUPERBLOCK_OFFSET + SUPERBLOCK_SIZE);
  const configs = hasConfigs
    ? decodeCompressionConfigs(records, superblock.availableAlgorithms)
    : new Map<number, Uint8Array>();
  return { superblock, configs };
}

const contents = {
  "a.lz4": runs(60_000, 1),
  "b.hc": runs(900_000, 2),
  "c.deflate": runs(200_000, 3),
  "d.none": runs(50_000, 4),
  "e.noise": noise(50_000, 5),
};
const tree = (names: readonly string[] = Object.keys(contents)) =>
  directory({
    sub: directory(
      Object.fromEntries(names.map((name) => [name, file(contents[name as keyof typeof contents])])),
    ),
  });

const mixed: BuildOptions = {
  compressions: [
    { compressor: lz4 },
    { compressor: lz4hc, level: 3, pclusterSize: 65536 },
    { compressor: deflate, level: 9, pclusterSize: 16384 },
  ],
  verify: true,
  compressionOf: (path) =>
    path.endsWith(".hc") ? 1 : path.endsWith(".deflate") ? 2 : path.endsWith(".none") ? "none" : undefined,
};

describe("several compressions", () => {
  it("are those of their files, and every file is read back equal", async () => {
    const { image: bytes, summary } = await build(tree(), mixed);
    const image = openSync(memorySource(bytes));
    const found = Object.entries(contents).map(([name, content]) => {
      const node = image.lookup(`/sub/${name}`);
      expect(Buffer.compare(image.read(node, 0, node.size), content)).toBe(0);
      const compressed = [...image.extents(node)].filter(({ kind }) => kind === "compressed");
      const largest = Math.max(0, ...compressed.map(({ physical }) => physical!.length));
      return [name, node.layout, compressed[0]?.algorithm, largest];
    });
    expect(found).toEqual([
      ["a.lz4", DataLayout.compressedCompact, Algorithm.lz4, 4096],
      ["b.hc", DataLayout.compressedCompact, Algorithm.lz4, 65536],
      ["c.deflate", DataLayout.compressedCompact, Algorithm.deflate, 16384],
      ["d.none", DataLayout.flatInline, undefined, 0],
      ["e.noise", DataLayout.flatInline, undefined, 0],
    ]);
    expect(summary.compressedFiles).toBe(3);
  });

  it("have one record an algorithm, with the most that any of them needs", async () => {
    const { configs, superblock } = head((await build(tree(), mixed)).image);
    expect([...configs.keys()]).toEqual([Algorithm.lz4, Algorithm.deflate]);
    expect(decodeLz4Config(configs.get(Algorithm.lz4)!)).toEqual({
      maxDistance: 65535,
      maxPclusterBlocks: 16,
    });
    expect(superblock.featureIncompat).toBe(FeatureIncompat.lz4ZeroPadding | FeatureIncompat.comprCfgs);
  });

  it.each<[string, string[], number, number]>([
    ["DEFLATE alone", ["c.deflate"], 3, 1 << Algorithm.deflate],
    ["LZ4 in clusters of one block alone, as kernels before 5.13 know it", ["a.lz4"], 1, 65535],
    ["nothing", ["d.none", "e.noise"], 0, 0],
  ])("tell only what is used: %s", async (_, names, incompat, algorithms) => {
    const { image } = await build(tree(names), mixed);
    const { superblock } = head(image);
    expect(superblock).toEqual({ featureIncompat: incompat, availableAlgorithms: algorithms });
    const opened = openSync(memorySource(image));
    for (const name of names) {
      const node = opened.lookup(`/sub/${name}`);
      const content = contents[name as keyof typeof contents];
      expect(Buffer.compare(opened.read(node, 0, node.size), content)).toBe(0);
    }
  });

  it("are asked for by path and size, once a file that could shrink", async () => {
    const asked: [string, number][] = [];
    const compressionOf = (path: string, size: number) => void asked.push([path, size]);
    const linked = file(runs(5000, 1));
    const root = directory({
      a: directory({ b: directory({ c: linked }), d: file(runs(4096, 1)) }),
      e: linked,
      f: file(runs(4097, 1)),
    });
    await build(root, { compressions: [{ compressor: lz4 }], compressionOf });
    // The root's own entries are numbered first.
    expect(asked).toEqual([
      ["e", 5000],
      ["f", 4097],
    ]);
  });

  it("show in the UUID", async () => {
    const uuids = new Set<string>();
    const variants: BuildOptions[] = [
      mixed,
      { ...mixed, compressionOf: () => 1 },
      { ...mixed, compressions: mixed.compressions!.slice(0, 2), compressionOf: () => 1 },
      { compressor: brotli },
      { compressor: brotli, dictSize: 2048 },
      { compressor: brotli, extra: { mode: 1 } },
      { compressor: brotli, extra: { mode: 1 }, buildTime: 5 },
      { compressor: brotli, extra: { mode: 1 }, inlineData: false },
    ];
    for (const options of variants) {
      uuids.add(Buffer.from((await build(tree(), options)).summary.uuid).toString("hex"));
    }
    expect(uuids.size).toBe(variants.length);
  });
});

describe("a private algorithm", () => {
  it("is read by its compressor's decoder", async () => {
    const { image } = await build(tree(), { compressor: brotli, pclusterSize: 16384 });
    const opened = openSync(memorySource(image), { decoders: await loadDecoders([brotli]) });
    const algorithms = Object.entries(contents).map(([name, content]) => {
      const node = opened.lookup(`/sub/${name}`);
      expect(Buffer.compare(opened.read(node, 0, node.size), content)).toBe(0);
      return opened.extents(node)[0]?.algorithm;
    });
    expect(algorithms).toEqual([7, 7, 7, 7, undefined]);
  });

  it("is told by a bit that kernels refuse and by its compressor's name", async () => {
    const { image } = await build(tree(), { compressor: brotli, pclusterSize: 16384, dictSize: 4095 });
    const { superblock, configs } = head(image);
    expect(superblock.featureIncompat).toBe(0x80000003);
    expect(superblock.availableAlgorithms).toBe(1 << 7);
    const record = configs.get(7)!;
    expect(record[0]).toBe(6);
    expect(Buffer.from(record.subarray(1, 7)).toString()).toBe("brotli");
    expect([...record.subarray(7)]).toEqual([1, 12]);
  });
});

describe("options", () => {
  const other: Compressor = { ...brotli, name: "snappy", module: "file:///elsewhere.js" };
  it.each<[string, BuildOptions, RegExp]>([
    ["a level out of range", { compressor: brotli, level: 12 }, /brotli: level 12/],
    ["a fraction of a level", { compressor: brotli, level: 1.5 }, /brotli: level 1\.5/],
    ["a dictionary size out of range", { compressor: brotli, dictSize: 1 }, /brotli: dict.* 1[, ]/],
    ["a dictionary for a compressor without", { compressor: lz4, dictSize: 4096 }, /lz4 takes no dict/],
    ["an option out of range", { compressor: brotli, extra: { mode: 3 } }, /brotli: mode 3/],
    [
      "an option that there is not",
      { compressor: brotli, extra: { toString: 3 } },
      /brotli.* "toString".*mode/,
    ],
    ["a cluster size", { compressions: [{ compressor: lz4, pclusterSize: 5000 }] }, /pcluster size 5000/],
    [
      "clusters that LZ4 cannot have",
      { blockSize: 512, pclusterSize: 1 << 19, compressions: [{ compressor: deflate }, { compressor: lz4 }] },
      /at most 131072 with blocks of 512 and lz4/,
    ],
    ["both ways at once", { compressor: lz4, compressions: [{ compressor: lz4 }] }, /expected one of them/],
    ["an algorithm of five bits", { compressor: { ...brotli, algorithm: 16 } }, /algorithm 16/],
    [
      "a private algorithm that nothing decodes",
      { compressor: { ...other, createDecoder: undefined as never } },
      /snappy.*decoder/i,
    ],
    [
      "two compressors of one private algorithm",
      { compressions: [{ compressor: brotli }, { compressor: other }] },
      /private algorithm 7 .* brotli \(.*brotli\.mjs\) and snappy \(file:\/\/\/elsewhere\.js\)/,
    ],
    [
      "two records of one private algorithm",
      { compressions: [{ compressor: brotli }, { compressor: brotli, dictSize: 4096 }] },
      /brotli: its options need two configuration records/,
    ],
    [
      "a record that is too short",
      { compressor: { ...deflate, config: () => new Uint8Array(5) } },
      /deflate: compression config of algorithm 2: 5 bytes/,
    ],
    [
      "a record that is none",
      { compressor: { ...deflate, config: () => [1] as never } },
      /deflate: its configuration record is no Uint8Array/,
    ],
    ["no candidates for auto", { auto: {} }, /there are no candidates/],
    [
      "a candidate that there is not",
      { compressor: lz4, auto: { candidates: [1] } },
      /there is no compression 1/,
    ],
    ["a worth of nothing", { compressor: lz4, auto: { worth: 0 } }, /worth 0/],
    [
      "an answer that is no compression",
      { compressor: lz4, compressionOf: () => 1 },
      /compression of sub\/a\.lz4: there is no compression 1/,
    ],
  ])("refuses %s", async (_, options, message) => {
    await expect(build(tree(), options)).rejects.toThrow(message);
  });
});
