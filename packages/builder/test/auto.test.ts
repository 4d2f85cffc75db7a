import { lz4hc } from "@erofs/lz4-wasm";
import { memorySource, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { buildImage, type BuildOptions, inProcess, MemorySink } from "../src/index.ts";
import { deflate } from "./plugins/deflate.mjs";
import { directory, file, noise, runs } from "./trees.ts";

/** Letters at random: LZ4 finds nothing, DEFLATE two bits of eight. */
function letters(size: number, seed: number): Uint8Array {
  return noise(size, seed).map((byte) => 97 + (byte & 15));
}

/** Noise, but for `length` bytes in runs at `offset`. */
function noiseWithRuns(size: number, offset: number, length: number): Uint8Array {
  const bytes = noise(size, 5);
  bytes.set(runs(length, 6), offset);
  return bytes;
}

const contents = {
  "runs-small": runs(30_000, 1),
  "runs-large": runs(3 << 20, 2),
  "letters-small": letters(30_000, 3),
  "letters-large": letters(3 << 20, 4),
  "noise-small": noise(30_000, 5),
  "noise-large": noise(3 << 20, 6),
  // The sample sees its ends and two stretches between.
  "hidden-runs": noiseWithRuns(3 << 20, 400_000, 200_000),
  "seen-runs": noiseWithRuns(3 << 20, (3 << 20) - 1_300_000, 1_300_000),
};

const options: BuildOptions = {
  compressions: [
    { compressor: deflate, level: 1 },
    { compressor: lz4hc, level: 1 },
  ],
  auto: { candidates: [1, 0], worth: 0.1 },
};

async function build(more: BuildOptions = {}): Promise<Uint8Array> {
  const entries = Object.entries(contents).map(([name, bytes]) => [name, file(bytes)]);
  const sink = new MemorySink();
  const all = { ...options, ...more };
  await buildImage(directory(Object.fromEntries(entries)), sink, all, await inProcess(all));
  return sink.image;
}

/** What each file is stored with: the number of its algorithm, or `undefined`. */
function algorithms(bytes: Uint8Array): Record<string, number | undefined> {
  const image = openSync(memorySource(bytes));
  const found = Object.entries(contents).map(([name, content]) => {
    const node = image.lookup(`/${name}`);
    if (Buffer.compare(image.read(node, 0, node.size), content) !== 0) throw new Error(`${name} differs`);
    return [name, image.extents(node).find(({ kind }) => kind === "compressed")?.algorithm];
  });
  return Object.fromEntries(found);
}

describe("auto", () => {
  it("leaves to the packed inode what shrinks to less than a cluster", async () => {
    const sink = new MemorySink();
    const root = directory({ runs: file(runs(60_000, 1)), noise: file(noise(60_000, 2)) });
    const all = { ...options, pclusterSize: 16384, fragments: {} };
    await buildImage(root, sink, all, await inProcess(all));
    const image = openSync(memorySource(sink.image));
    const kindsOf = (path: string) => image.extents(image.lookup(path)).map(({ kind }) => kind);
    expect(kindsOf("/runs")).toEqual(["fragment"]);
    expect(kindsOf("/noise")).not.toContain("fragment");
  });

  it("compresses each file with what pays for it", async () => {
    expect(algorithms(await build())).toEqual({
      "runs-small": 0,
      "runs-large": 2,
      "letters-small": 2,
      "letters-large": 2,
      "noise-small": undefined,
      "noise-large": undefined,
      "hidden-runs": undefined,
      "seen-runs": 0,
    });
  });

  it("leaves alone files of which something is said", async () => {
    const found = algorithms(
      await build({
        compressionOf: (path) => (path === "letters-small" ? 1 : path === "runs-large" ? "none" : undefined),
      }),
    );
    expect(found).toMatchObject({ "letters-small": undefined, "runs-large": undefined, "letters-large": 2 });
  });

  it("takes the first candidate unless another one saves what it must", async () => {
    const found = algorithms(await build({ auto: { candidates: [1, 0], worth: 0.7 } }));
    expect(found).toMatchObject({ "runs-large": 0, "letters-large": undefined });
  });
});
