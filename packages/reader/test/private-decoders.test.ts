import type { Compressor, Decoder } from "@erofs/compressor";
import {
  DataLayout,
  encodeCompressionConfigs,
  encodeFullIndex,
  encodeMapHeader,
  encodePrivateConfig,
  FeatureIncompat,
  LclusterType,
} from "@erofs/format";
import { checkSync, loadDecoders, memorySource, open, openSync, type PrivateDecoder } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { HandImage, pcluster } from "./support/hand-image.ts";
import { prose } from "./support/random.ts";

const ALGORITHM = 9;
const content = prose(4000, 1);

/** Streams are the bytes turned over, behind a byte that is not zero. */
const inverting: Decoder = {
  decode(input, output) {
    if (input[0] !== 1 || input.length !== output.length + 1) throw new Error("a stream of something else");
    for (let i = 0; i < output.length; i++) output[i] = ~input[i + 1]!;
  },
};

function imageOf(stream: Uint8Array, changes: { name?: Uint8Array; partial?: boolean; bit?: boolean } = {}) {
  const image = new HandImage();
  const block = image.data(pcluster(stream, 4096));
  const plan = { fileSize: 4000, blockSizeBits: 12, bigPcluster: false, algorithm: ALGORITHM };
  const { partial = false } = changes;
  const index = encodeFullIndex([{ logical: 0, block, blocks: 1, type: LclusterType.head1, partial }], plan);
  const file = image.inode(
    { mode: 0o100644, size: 4000, layout: DataLayout.compressedFull, blockCount: 1 },
    { body: Buffer.concat([encodeMapHeader({ advise: 0, algorithm1: ALGORITHM }), index]), align: 8 },
  );
  const root = image.directory([["file", file, 1]]);
  const record = changes.name ?? encodePrivateConfig({ name: "inverting", config: Uint8Array.of(1, 2) });
  const bit = (changes.bit ?? true) ? FeatureIncompat.privateAlgorithm : 0;
  return image.build(
    {
      rootNid: root,
      inodeCount: 2,
      featureIncompat: (FeatureIncompat.lz4ZeroPadding | FeatureIncompat.comprCfgs | bit) >>> 0,
      availableAlgorithms: 1 << ALGORITHM,
    },
    { 1152: encodeCompressionConfigs(new Map([[ALGORITHM, record]])) },
  );
}

const stream = Uint8Array.of(1, ...content.map((byte) => ~byte));
const sound = imageOf(stream);

function readFile(bytes: Uint8Array, decoders: readonly PrivateDecoder[]): Uint8Array {
  const image = openSync(memorySource(bytes), { decoders });
  return image.read(image.lookup("file"));
}

/** The decoder under the name that the image has. */
function named(decoder: Decoder): PrivateDecoder[] {
  return [{ name: "inverting", decoder }];
}

const compressor: Compressor = {
  name: "inverting",
  algorithm: ALGORITHM,
  createEncoder: () => ({ encode: () => ({ consumed: 0, produced: 0 }) }),
  createDecoder: () => Promise.resolve(inverting),
  config: () => Uint8Array.of(1, 2),
};

describe("private algorithms", () => {
  it("are read with their decoder, by both drivers", async () => {
    const decoders = await loadDecoders([compressor, { ...compressor, name: "lz4", algorithm: 0 }]);
    expect(decoders.map(({ name }) => name)).toEqual(["inverting"]);
    expect(Buffer.compare(readFile(sound, decoders), content)).toBe(0);
    const source = {
      size: sound.length,
      read: async (at: number, length: number) => sound.slice(at, at + length),
    };
    const image = await open(source, { decoders });
    expect(Buffer.compare(await image.read(await image.lookup("file")), content)).toBe(0);
    expect(checkSync(memorySource(sound), { decoders }).faults).toEqual([]);
  });

  it("are named where their decoder is missing; all else is readable", () => {
    const other = [{ name: "other", decoder: inverting }];
    const message = 'private algorithm of "inverting", whose decoder was not given';
    expect(() => readFile(sound, other)).toThrow(message);
    expect(() => readFile(sound, [])).toThrow(expect.objectContaining({ code: "EOPNOTSUPP" }));
    const image = openSync(memorySource(sound));
    expect(image.lookup("file").size).toBe(4000);
    expect(image.extents(image.lookup("file"))).toHaveLength(1);
    expect(checkSync(memorySource(sound)).faults).toEqual([
      expect.objectContaining({
        code: "unsupported",
        path: "file",
        message: expect.stringContaining(message),
      }),
    ]);
  });

  it("whose decoder throws, answers, or is handed something else are corrupt, by name and place", () => {
    const faults: [Uint8Array, Decoder][] = [
      [imageOf(stream.with(0, 2)), inverting],
      [sound, { decode: () => "done" as never }],
      [sound, { decode: async () => {} }],
      [
        sound,
        {
          decode: () => {
            throw "text";
          },
        },
      ],
      [sound, { decode: (_, output) => void structuredClone(output, { transfer: [output.buffer] }) }],
    ];
    for (const [bytes, decoder] of faults) {
      expect(() => readFile(bytes, named(decoder))).toThrow(
        expect.objectContaining({
          code: "EUCLEAN",
          message: expect.stringMatching(/cluster at \d+ does not decode .* the decoder of "inverting"/),
        }),
      );
    }
  });

  it("cannot reach the reader's memory", () => {
    const seen: number[] = [];
    const spy: Decoder = {
      decode(input, output) {
        seen.push(input.buffer.byteLength, output.buffer.byteLength);
        inverting.decode(input, output);
      },
    };
    readFile(sound, named(spy));
    expect(seen).toEqual([4001, 4000]);
  });

  it("are refused in parts, without a name, and without the feature bit", () => {
    expect(() => readFile(imageOf(stream, { partial: true }), named(inverting))).toThrow(
      "a part of a cluster",
    );
    expect(() => readFile(imageOf(stream, { name: Uint8Array.of(0) }), [])).toThrow(
      "private compression config",
    );
    expect(() => readFile(imageOf(stream, { bit: false }), named(inverting))).toThrow(
      "compressed with algorithm 9, which is not known",
    );
    expect(() => readFile(imageOf(new Uint8Array(1)), named(inverting))).toThrow("does not decode");
  });

  it("whose compressor has no decoder cannot be loaded", async () => {
    const { createDecoder: _, ...without } = compressor;
    await expect(loadDecoders([without])).rejects.toThrow("inverting has no decoder");
    await expect(loadDecoders([{ ...compressor, createDecoder: () => ({}) as never }])).rejects.toThrow(
      "inverting has no decoder",
    );
  });
});
