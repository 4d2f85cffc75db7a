import { memorySource, openSync, type SyncImage } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { buildImage, type BuildOptions, inProcess, MemorySink } from "../src/index.ts";
import { naiveLz4 } from "./naive-lz4.ts";
import { directory, file, noise, runs } from "./trees.ts";

/** What shrinks up to odd places, and what does not between. */
const content = new Uint8Array(
  Buffer.concat([
    runs(10_001, 1),
    noise(20_000, 3),
    runs(30_003, 5),
    noise(4096, 7),
    runs(9_000, 9),
    noise(5_000, 11),
    runs(250_007, 13),
    noise(300_000, 15),
    runs(20_000, 17),
  ]),
);

async function imageOf(options: BuildOptions): Promise<{ image: SyncImage; bytes: Uint8Array }> {
  const all = { compressor: naiveLz4, ...options };
  const sink = new MemorySink();
  await buildImage(directory({ file: file(content) }), sink, all, await inProcess(all));
  return { image: openSync(memorySource(sink.image)), bytes: sink.image };
}

function kindsOf(image: SyncImage): Set<string> {
  return new Set(image.extents(image.lookup("/file")).map(({ kind }) => kind));
}

describe.each([
  { blockSize: 512, pclusterSize: 512 },
  { blockSize: 4096, pclusterSize: 4096 },
  { blockSize: 4096, pclusterSize: 65_536 },
])("plain blocks of $blockSize, in clusters of $pclusterSize", (sizes) => {
  it.each([{}, { legacyIndex: true }, { tailPacking: true }])(
    "are interlaced in images with fragments, %o",
    async (more) => {
      const { image, bytes } = await imageOf({ ...sizes, fragments: {}, ...more });
      expect(kindsOf(image)).toContain("interlaced");
      expect(kindsOf(image)).not.toContain("plain");
      const node = image.lookup("/file");
      expect(Buffer.compare(image.read(node), content)).toBe(0);
      for (const { kind, logical, length, physical } of image.extents(node)) {
        if (kind !== "interlaced") continue;
        // A byte stands in its block where it stands in a block of the file.
        expect(length).toBeLessThanOrEqual(sizes.blockSize);
        expect(bytes[physical!.offset + (logical % sizes.blockSize)]).toBe(content[logical]);
      }
    },
  );

  it.each([
    ["without fragments", {}],
    ["where ranges are shared", { fragments: {}, dedupe: true }],
    ["with encoded extents", { fragments: {}, addressing: "48bit" }],
  ] as const)("are not %s", async (_, options) => {
    const { image } = await imageOf({ ...sizes, ...options });
    expect(kindsOf(image)).not.toContain("interlaced");
    expect(Buffer.compare(image.read(image.lookup("/file")), content)).toBe(0);
  });
});
