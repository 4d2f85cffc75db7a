import {
  ChunkFormat,
  DataLayout,
  encodeChunkTable,
  encodeCompressionConfigs,
  encodeFullIndex,
  encodeLz4Config,
  encodeMapHeader,
  encodePrivateConfig,
  FeatureIncompat,
  FileType,
  LclusterType,
  NULL_BLOCK,
  typeOfMode,
} from "@erofs/format";
import { memorySource } from "@erofs/reader";
import type { ImageState } from "../../src/image-state.ts";
import { readInode } from "../../src/inode.ts";
import { iterateSync, runSync } from "../../src/reading.ts";
import { walk, type WalkEntry } from "../../src/walk.ts";
import { HandImage, lz4Run, pcluster } from "./hand-image.ts";
import { prose, seededRandom } from "./random.ts";

const mode = 0o100644;
/** Of each cluster, when it is decoded. */
const CLUSTER = 10_000;

interface Changes {
  /** Bytes of the data that are spoiled, by offset behind the metadata. */
  readonly spoiled?: readonly number[];
  /** The large file's index ends with an entry that cannot be. */
  readonly cutIndex?: boolean;
  readonly privately?: boolean;
}

/**
 * Files that parts of 40,000 bytes divide: a compressed one of 60 clusters, one stored as it is, and one with holes;
 * small ones that share the clusters of the first, whole and in part; and one by a private algorithm, if wanted.
 */
export function largeFiles({ spoiled = [], cutIndex = false, privately = false }: Changes = {}): Uint8Array {
  const image = new HandImage();
  const blocks = Array.from({ length: 60 }, (_, i) =>
    image.data(pcluster(lz4Run(0x41 + (i % 50), CLUSTER), 4096)),
  );
  const compressed = (from: number, count: number, size = count * CLUSTER, partial = false): number => {
    const plan = { fileSize: size, blockSizeBits: 12, bigPcluster: false, algorithm: 0 };
    const extents = blocks.slice(from, from + count).map((block, i) => ({
      logical: i * CLUSTER,
      block,
      blocks: 1,
      type: LclusterType.head1,
      partial,
    }));
    const index = encodeFullIndex(extents, plan);
    if (cutIndex && count > 30) index.fill(0xff, index.length - 80);
    return image.inode(
      { mode, size, layout: DataLayout.compressedFull, blockCount: count },
      { body: Buffer.concat([encodeMapHeader({ advise: 0, algorithm1: 0 }), index]), align: 8 },
    );
  };
  const stored = prose(300_000, 1);
  const start = image.data(stored);
  const chunk = image.data(prose(4096, 2));
  const table = Array.from({ length: 100 }, (_, i) => ({
    device: 0,
    block: i % 30 < 3 ? chunk : NULL_BLOCK,
  }));
  const large = compressed(0, 60);
  const files: (readonly [string, number, 1])[] = [
    ["chunks", chunks(image, table), 1],
    ["large", large, 1],
    ["stored", image.inode({ mode, size: stored.length, startBlock: start }), 1],
    ["stored-part", image.inode({ mode, size: 100_000, startBlock: start }), 1],
    ["beyond", image.inode({ mode, size: 200_000, startBlock: 1 << 20 }), 1],
  ];
  for (let i = 0; i < 12; i++) {
    const part = i % 2 === 1;
    files.push([`shared${i}`, compressed(i, 3, part ? 2 * CLUSTER + 500 : 3 * CLUSTER, part), 1]);
  }
  if (privately) {
    const stream = Uint8Array.of(1, ...prose(4000, 3).map((byte) => ~byte));
    const extents = [
      { logical: 0, block: image.data(pcluster(stream, 4096)), blocks: 1, type: LclusterType.head1 },
    ];
    const index = encodeFullIndex(extents, {
      fileSize: 4000,
      blockSizeBits: 12,
      bigPcluster: false,
      algorithm: 9,
    });
    const body = Buffer.concat([encodeMapHeader({ advise: 0, algorithm1: 9 }), index]);
    const fields = { mode, size: 4000, layout: DataLayout.compressedFull, blockCount: 1 };
    files.push(["private", image.inode(fields, { body, align: 8 }), 1]);
  }
  const root = image.reserve(64);
  const sub = image.directory(files.slice(8), { parent: root });
  image.directory([...files.slice(0, 8), ["sub", sub, 2]], { nid: root });
  const configs = new Map([[0, encodeLz4Config({ maxDistance: 65_535, maxPclusterBlocks: 1 })]]);
  if (privately) configs.set(9, encodePrivateConfig({ name: "inverting", config: Uint8Array.of(1, 2) }));
  const bytes = image.build(
    {
      rootNid: root,
      inodeCount: files.length + 2,
      featureIncompat:
        (FeatureIncompat.lz4ZeroPadding |
          FeatureIncompat.comprCfgs |
          FeatureIncompat.chunkedFile |
          (privately ? FeatureIncompat.privateAlgorithm : 0)) >>>
        0,
      availableAlgorithms: [...configs.keys()].reduce((mask, id) => mask | (1 << id), 0),
    },
    { 1152: encodeCompressionConfigs(configs) },
  );
  for (const at of spoiled) bytes[65_536 + at]! ^= 0x55;
  return bytes;
}

/** Places in the clusters of the large file, as many as wanted: at their ends, where the streams are. */
export function spots(count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from(
    { length: count },
    () => Math.floor(random() * 60) * 4096 + 4096 - 8 - Math.floor(random() * 40),
  );
}

/** The regular files of an image. */
export function regularFiles(image: ImageState, bytes: Uint8Array): WalkEntry[] {
  const sources = [memorySource(bytes)];
  const root = runSync(readInode(image, image.superblock.rootNid), sources);
  return [...iterateSync(walk(image, root), sources)].filter(
    ({ node }) => typeOfMode(node.mode) === FileType.regular,
  );
}

function chunks(image: HandImage, table: readonly { device: number; block: number }[]): number {
  return image.inode(
    { mode, size: table.length * 4096, layout: DataLayout.chunkBased, chunkFormat: ChunkFormat.indexes },
    { align: 8, body: encodeChunkTable(table, ChunkFormat.indexes) },
  );
}
