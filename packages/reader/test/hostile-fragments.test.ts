import {
  DataLayout,
  encodeCompressionConfigs,
  encodeDirectory,
  encodeFullIndex,
  encodeMapHeader,
  encodeZstdConfig,
  ErofsError,
  FeatureIncompat,
  LclusterType,
  MapAdvise,
  NULL_BLOCK,
} from "@erofs/format";
import { checkSync, memorySource, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { HandImage, lz4Run, pcluster } from "./support/hand-image.ts";
import { prose } from "./support/random.ts";

const FILE = 0o100644;
const DIR = 0o040755;
const featureIncompat = FeatureIncompat.lz4ZeroPadding | FeatureIncompat.fragments;
const layout = DataLayout.compressedFull;

/** What stands behind an inode that is a fragment as a whole. */
function whole(fragmentOffset: number): { body: Uint8Array; align: number } {
  const header = encodeMapHeader({ advise: 0, algorithm1: 0, wholeFileFragment: true, fragmentOffset });
  return { body: Buffer.concat([header, Buffer.alloc(8)]), align: 8 };
}

/** What is said of a path that cannot be read, however that is tried: soon, as an `ErofsError`, and a check has a fault. */
function refusalOf(bytes: Uint8Array, path: string): string {
  const started = performance.now();
  const image = openSync(memorySource(bytes));
  const node = image.lookup(path);
  const isDirectory = (node.mode & 0o170000) === 0o040000;
  const actions = isDirectory
    ? [() => image.readdir(node), () => image.child(node, "name")]
    : [() => image.read(node, 0, 4096), () => image.readView(node, 0, 4096)];
  const messages = actions.map((action) => {
    try {
      action();
      return "nothing";
    } catch (error) {
      if (!(error instanceof ErofsError)) throw error;
      return error.message;
    }
  });
  expect(messages).not.toContain("nothing");
  expect(checkSync(memorySource(bytes)).faultCount).toBeGreaterThan(0);
  expect(performance.now() - started).toBeLessThan(2000);
  return messages[0]!;
}

describe("hostile fragments", () => {
  it("far behind all that there is", () => {
    const image = new HandImage();
    const packedNid = image.file(prose(150, 1));
    const file = image.inode({ mode: FILE, size: 100, layout }, whole(2 ** 52));
    expect(
      refusalOf(image.build({ rootNid: image.directory([["a", file, 1]]), featureIncompat, packedNid }), "a"),
    ).toMatch(/beyond/);
  });

  it("of which the sum of offset and size is no safe number", () => {
    const image = new HandImage();
    const packedNid = image.file(prose(150, 1));
    const file = image.inode({ mode: FILE, size: 100, layout }, whole(0));
    const root = image.directory([["a", file, 1]]);
    const bytes = image.build({ rootNid: root, featureIncompat, packedNid });
    const header = Math.ceil((file * 32 + 64) / 8) * 8;
    bytes.fill(0xff, header, header + 8);
    expect(refusalOf(bytes, "a")).toMatch(/out of range|beyond/);
  });

  it("in a packed inode that is a fragment of itself", () => {
    const image = new HandImage();
    const packedNid = image.inode({ mode: FILE, size: 1000, layout }, whole(0));
    const file = image.inode({ mode: FILE, size: 100, layout }, whole(0));
    const bytes = image.build({ rootNid: image.directory([["a", file, 1]]), featureIncompat, packedNid });
    expect(refusalOf(bytes, "a")).toMatch(/refers to itself/);
  });

  it("in a packed inode whose end is a fragment of itself", () => {
    const image = new HandImage();
    const block = image.data(pcluster(lz4Run(1, 8192), 4096));
    const index = encodeFullIndex(
      [
        { logical: 0, block, blocks: 1, type: LclusterType.head1 },
        { logical: 8192, block: 0, blocks: 1, type: LclusterType.head1 },
      ],
      { fileSize: 12_000, blockSizeBits: 12, bigPcluster: false, algorithm: 0 },
    );
    const header = encodeMapHeader({
      advise: MapAdvise.fragmentPcluster,
      algorithm1: 0,
      fragmentOffset: 8192,
    });
    const behind = { body: Buffer.concat([header, index]), align: 8 };
    const packedNid = image.inode({ mode: FILE, size: 12_000, layout, blockCount: 1 }, behind);
    const sound = image.inode({ mode: FILE, size: 100, layout }, whole(0));
    const file = image.inode({ mode: FILE, size: 100, layout }, whole(9000));
    const root = image.directory([
      ["a", file, 1],
      ["b", sound, 1],
    ]);
    const bytes = image.build({ rootNid: root, featureIncompat, packedNid });
    expect(refusalOf(bytes, "a")).toMatch(/refers to itself/);
    expect(openSync(memorySource(bytes)).read(openSync(memorySource(bytes)).lookup("b"))[99]).toBe(1);
  });
});

describe("hostile directories", () => {
  /** A directory that is a fragment as a whole, of `size` bytes at `offset` of `packed`. */
  function asFragment(packed: Uint8Array, offset: number, size: number, dotOmitted = false): Uint8Array {
    const image = new HandImage();
    const packedNid = image.file(packed);
    const dir = image.inode({ mode: DIR, nlink: 2, size, layout, dotOmitted }, whole(offset));
    return image.build({ rootNid: image.directory([["d", dir, 2]]), featureIncompat, packedNid });
  }

  it("as fragments that reach beyond the packed inode", () => {
    expect(refusalOf(asFragment(prose(5000, 1), 1000, 4096), "d")).toMatch(/beyond/);
  });

  it("as fragments of what is no directory", () => {
    expect(refusalOf(asFragment(new Uint8Array(20_000), 100, 8192), "d")).toMatch(/name offset/);
  });

  it("of a petabyte of zeros", () => {
    const image = new HandImage();
    const size = 2 ** 50;
    const packedNid = image.inode({
      mode: FILE,
      size,
      startBlock: NULL_BLOCK,
    });
    const dir = image.inode({ mode: DIR, nlink: 2, size, layout }, whole(0));
    const root = image.directory([["d", dir, 2]]);
    expect(refusalOf(image.build({ rootNid: root, featureIncompat, packedNid }), "d")).toMatch(
      /name offset|beyond|expected/,
    );
  });

  it("in clusters that do not decode", () => {
    const image = new HandImage();
    const block = image.data(new Uint8Array(4096).fill(0xff));
    const plan = { fileSize: 8192, blockSizeBits: 12, bigPcluster: false, algorithm: 0 };
    const index = encodeFullIndex([{ logical: 0, block, blocks: 1, type: LclusterType.head1 }], plan);
    const body = Buffer.concat([encodeMapHeader({ advise: 0, algorithm1: 0 }), index]);
    const dir = image.inode({ mode: DIR, nlink: 2, size: 8192, layout, blockCount: 1 }, { body, align: 8 });
    expect(refusalOf(image.build({ rootNid: image.directory([["d", dir, 2]]) }), "d")).toMatch(
      /does not decode/,
    );
  });

  it("that store the dot they claim to omit, or lack the other one", () => {
    const packed = encodeDirectory([{ name: ".", nid: 100, type: 2 }], 4096);
    const bytes = asFragment(packed, 0, packed.length, true);
    const messages = checkSync(memorySource(bytes)).faults.map(({ message }) => message);
    expect(messages).toContainEqual(expect.stringContaining("claims to omit"));
    expect(messages).toContainEqual(expect.stringContaining('no entry ".."'));
    const image = openSync(memorySource(bytes));
    expect(image.child(image.lookup("d"), ".")?.nid).toBe(image.lookup("d").nid);
  });

  it("by the hundred, in a cluster of theirs that decodes to 12 MiB each time anew, end a check", () => {
    const image = new HandImage();
    // A Zstandard frame of blocks that are 128 KiB of zeros each.
    const frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x50];
    for (let left = 96; left > 0; left--) {
      const header = (131_072 << 3) | (1 << 1) | Number(left === 1);
      frame.push(header & 255, (header >> 8) & 255, header >> 16, 0);
    }
    const block = image.data(pcluster(Uint8Array.from(frame), 4096));
    const dirs = Array.from({ length: 250 }, (_, i) => {
      const size = (12 << 20) - 250 + i;
      const extents = [{ logical: 0, block, blocks: 1, type: LclusterType.head1, partial: true }];
      const plan = { fileSize: size, blockSizeBits: 24, bigPcluster: false, algorithm: 3 };
      const header = encodeMapHeader({ advise: 0, algorithm1: 3, lclusterBits: 12 });
      const body = Buffer.concat([header, encodeFullIndex(extents, plan)]);
      const fields = { mode: DIR, nlink: 2, size, layout, blockCount: 1 };
      return [`d${i}`, image.inode(fields, { body, align: 8 }), 2] as const;
    });
    const bytes = image.build(
      {
        rootNid: image.directory(dirs),
        featureIncompat: featureIncompat | FeatureIncompat.comprCfgs,
        availableAlgorithms: 1 << 3,
      },
      { 1152: encodeCompressionConfigs(new Map([[3, encodeZstdConfig({ windowBits: 20 })]])) },
    );
    const started = performance.now();
    const { faults, directories } = checkSync(memorySource(bytes), { maxFaults: 100_000 });
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(directories).toBeLessThan(200);
    expect(faults.at(-1)?.message).toContain("claims far more than the image holds");
  });
});
