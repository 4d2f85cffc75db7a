import {
  ChunkFormat,
  DataLayout,
  encodeChunkTable,
  encodeCompactIndex,
  encodeFullIndex,
  encodeMapHeader,
  encodeXattrBody,
  FeatureCompat,
  FeatureIncompat,
  indexAdvise,
  LclusterType,
  nameFilter,
  NULL_BLOCK,
} from "@erofs/format";
import { HandImage, lz4Run, pcluster } from "./hand-image.ts";
import { prose } from "./random.ts";

const mode = 0o100644;

/** A small image with every kind of inode and layout, and the content of its files by name. */
export function sampleImage(blockSizeBits = 12): { bytes: Uint8Array; contents: Record<string, Uint8Array> } {
  const image = new HandImage(blockSizeBits);
  const { blockSize } = image;
  const contents: Record<string, Uint8Array> = {
    chunks: Buffer.concat([prose(blockSize, 1), new Uint8Array(2 * blockSize), prose(100, 2)]),
    compact: Buffer.concat([filled(0x61, 5 * blockSize + 7), filled(0x62, 3 * blockSize)]),
    empty: new Uint8Array(0),
    flat: prose(3 * blockSize + 5, 4),
    full: Buffer.concat([filled(0x63, 4 * blockSize), filled(0x64, 2 * blockSize + 1)]),
    inline: prose(300, 5),
    part: filled(0x63, 3 * blockSize),
  };
  const content = (name: string) => contents[name] as Uint8Array;

  const xattrs = encodeXattrBody({
    filter: nameFilter(["user.a", "trusted.b"]),
    sharedIds: [],
    inline: [
      { index: 1, rest: "a", value: Buffer.from("1") },
      { index: 4, rest: "b", value: Buffer.from("two") },
    ],
  });
  const chunkBlock = image.data(content("chunks").subarray(0, blockSize));
  const lastChunk = image.data(content("chunks").subarray(3 * blockSize));
  const first = image.data(pcluster(lz4Run(0x61, 5 * blockSize + 7), blockSize));
  const second = image.data(pcluster(lz4Run(0x62, 3 * blockSize), blockSize));
  const fullFirst = image.data(pcluster(lz4Run(0x63, 4 * blockSize), blockSize));
  const fullSecond = image.data(pcluster(lz4Run(0x64, 2 * blockSize + 1), blockSize));

  const plan = (size: number) => ({ fileSize: size, blockSizeBits, bigPcluster: false, algorithm: 0 });
  const compactExtents = [
    { logical: 0, block: first, blocks: 1, type: LclusterType.head1 },
    { logical: 5 * blockSize + 7, block: second, blocks: 1, type: LclusterType.head1 },
  ];
  const compactSize = content("compact").length;

  const node = (size: number, layout: DataLayout, index: Uint8Array, advise: number) =>
    image.inode(
      { mode, size, layout, blockCount: 2 },
      { body: Buffer.concat([encodeMapHeader({ advise, algorithm1: 0 }), index]), align: 8 },
    );
  // Compact indexes end at blocks of 16 KiB.
  const compactLayout = blockSizeBits <= 14 ? DataLayout.compressedCompact : DataLayout.compressedFull;
  const compactNid = image.reserve(64 + 8 + 200);
  const compactPlan = plan(compactSize);
  image.inode(
    { mode, size: compactSize, layout: compactLayout, blockCount: 2 },
    {
      nid: compactNid,
      align: 8,
      body: Buffer.concat([
        encodeMapHeader({ advise: indexAdvise(compactLayout, compactPlan), algorithm1: 0 }),
        compactLayout === DataLayout.compressedCompact
          ? encodeCompactIndex(compactExtents, compactPlan, (compactNid * 32 + 64 + 8) % 32)
          : encodeFullIndex(compactExtents, compactPlan),
      ]),
    },
  );
  const fullSize = content("full").length;
  const fullExtents = [
    { logical: 0, block: fullFirst, blocks: 1, type: LclusterType.head1 },
    { logical: 4 * blockSize, block: fullSecond, blocks: 1, type: LclusterType.head1 },
  ];
  const partExtents = [{ logical: 0, block: fullFirst, blocks: 1, type: LclusterType.head1, partial: true }];
  const partSize = content("part").length;

  const nids: Record<string, number> = {
    chunks: image.inode(
      {
        mode,
        size: content("chunks").length,
        layout: DataLayout.chunkBased,
        chunkFormat: ChunkFormat.indexes,
      },
      {
        align: 8,
        body: encodeChunkTable(
          [chunkBlock, NULL_BLOCK, NULL_BLOCK, lastChunk].map((block) => ({ device: 0, block })),
          ChunkFormat.indexes,
        ),
      },
    ),
    compact: compactNid,
    empty: image.file(content("empty")),
    flat: image.file(content("flat"), { xattrs }),
    full: node(fullSize, DataLayout.compressedFull, encodeFullIndex(fullExtents, plan(fullSize)), 0),
    inline: image.file(content("inline"), { xattrs }),
    part: node(partSize, DataLayout.compressedFull, encodeFullIndex(partExtents, plan(partSize)), 0),
  };
  const link = image.symlink("sub/deeper");
  const device = image.inode({ mode: 0o020600, rdev: 0x0103 });
  const fifo = image.inode({ mode: 0o010644 });
  const root = image.reserve(64);
  const sub = image.reserve(64);
  const deeper = image.directory([], { parent: sub });
  image.directory([["deeper", deeper, 2]], { nid: sub, parent: root });
  const files = Object.entries(nids).map(([name, nid]) => [name, nid, 1] as const);
  image.directory([...files, ["device", device, 3], ["fifo", fifo, 5], ["link", link, 7], ["sub", sub, 2]], {
    nid: root,
  });
  const bytes = image.build({
    rootNid: root,
    inodeCount: 13,
    featureCompat: FeatureCompat.xattrFilter,
    featureIncompat: FeatureIncompat.lz4ZeroPadding | FeatureIncompat.chunkedFile | FeatureIncompat.fragments,
  });
  return { bytes, contents };
}

function filled(byte: number, length: number): Uint8Array {
  return new Uint8Array(length).fill(byte);
}
