import {
  DataLayout,
  encodeCompressionConfigs,
  encodeDirectory,
  encodeFullIndex,
  encodeMapHeader,
  encodeZstdConfig,
  FeatureIncompat,
  type FileType,
  LclusterType,
} from "@erofs/format";
import {
  blobSource,
  check,
  type CheckProgress,
  checkSync,
  memorySource,
  type SyncSource,
} from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { ContentCheck } from "../../src/check/check-content.ts";
import { Ledger } from "../../src/check/ledger.ts";
import { openState } from "../../src/open-state.ts";
import { readInode } from "../../src/inode.ts";
import { runSync } from "../../src/reading.ts";
import { HandImage, pcluster } from "../support/hand-image.ts";
import { sampleImage } from "../support/sample-image.ts";

const DIR = 0o040755;

function faultsOf(image: Uint8Array): string[] {
  return checkSync(memorySource(image)).faults.map(({ code, path }) => `${code} ${path}`);
}

/** An image whose root has these entries, "." and ".." only where given. */
function rootWith(
  make: (image: HandImage, root: number) => (readonly [string, number, FileType | number])[],
  nlink = 2,
): Uint8Array {
  const image = new HandImage();
  const root = image.reserve(64);
  const entries = make(image, root)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, nid, type]) => ({ name, nid, type: type as FileType }));
  const content = encodeDirectory(entries, 4096);
  image.inode({ mode: DIR, nlink, size: content.length, startBlock: image.data(content) }, { nid: root });
  return image.build({ rootNid: root });
}

const dots = (root: number) => [[".", root, 2] as const, ["..", root, 2] as const];

describe("check", () => {
  it("finds the same by both drivers, and tells how far it is", async () => {
    const { bytes } = sampleImage();
    const progress: CheckProgress[] = [];
    const report = checkSync(memorySource(bytes), { onProgress: (each) => progress.push(each) });
    expect(report).toMatchObject({ faults: [], faultCount: 0, inodes: 13, directories: 3 });
    expect(await check(blobSource(new Blob([bytes as BlobPart])))).toEqual(report);
    expect(progress.at(-1)).toEqual({ inodes: 13, claimedInodes: 13, bytes: report.bytes });
    expect(report.bytes).toBeGreaterThan(50_000);
    expect(checkSync(memorySource(bytes), { readData: false }).bytes).toBe(0);
  });

  it("takes a wrong checksum for a fault, and goes on", () => {
    const { bytes } = sampleImage();
    bytes[1024 + 0x40]! ^= 1;
    expect(faultsOf(bytes)).toEqual(["superblock "]);
  });

  it("throws when there is no superblock", () => {
    expect(() => checkSync(memorySource(new Uint8Array(5000)))).toThrow("not an EROFS image");
    expect(() => checkSync(memorySource(new Uint8Array(500)))).toThrow("not an EROFS image");
  });

  it.each<[string, Uint8Array, string[]]>([
    ["no dots", rootWith(() => []), ["directory ", "dot ", "dot "].slice(1)],
    [
      "dots that lead elsewhere",
      rootWith((image) => dots(image.file(Buffer.from("x"))) as never),
      ["dot ", "dot "],
    ],
    [
      "a type that is not the inode's",
      rootWith((image, root) => [...dots(root), ["f", image.file(Buffer.from("x")), 7]]),
      ["file-type f"],
    ],
    [
      "a link count too high",
      rootWith((image, root) => [...dots(root), ["f", image.inode({ mode: 0o100644, nlink: 3 }), 1]]),
      ["link-count f"],
    ],
    [
      "a link count too low",
      rootWith((image, root) => {
        const file = image.file(Buffer.from("x"));
        return [...dots(root), ["f", file, 1], ["g", file, 1]];
      }),
      ["link-count g"],
    ],
    ["a directory's link count", rootWith((_image, root) => dots(root), 3), ["link-count "]],
    [
      "a directory in itself",
      rootWith((_image, root) => [...dots(root), ["self", root, 2]]),
      ["directory self"],
    ],
    [
      "an inode outside the image",
      rootWith((_image, root) => [...dots(root), ["f", 10 ** 9, 1]]),
      ["inode f"],
    ],
    ["no inode", rootWith((_image, root) => [...dots(root), ["f", 127, 1]]), ["inode f"]],
    [
      "a special file with a size",
      rootWith((image, root) => [...dots(root), ["f", image.inode({ mode: 0o010644, size: 5 }), 5]]),
      ["inode f"],
    ],
    [
      "an empty symlink",
      rootWith((image, root) => [...dots(root), ["l", image.inode({ mode: 0o120777 }), 7]]),
      ["inode l"],
    ],
    [
      "a symlink with NUL",
      rootWith((image, root) => [...dots(root), ["l", image.symlink("a\0b"), 7]]),
      ["data l"],
    ],
    [
      "data behind the image",
      rootWith((image, root) => [
        ...dots(root),
        ["f", image.inode({ mode: 0o100644, size: 5000, startBlock: 10 ** 6 }), 1],
      ]),
      ["data f"],
    ],
  ])("reports %s", (_what, bytes, expected) => {
    expect(faultsOf(bytes)).toEqual(expected);
  });

  it("reports a packed inode that is none", () => {
    const { bytes } = sampleImage();
    const image = new HandImage();
    const root = image.directory([]);
    const broken = image.build({
      rootNid: root,
      packedNid: root,
      featureIncompat: FeatureIncompat.fragments,
    });
    expect(faultsOf(broken)).toEqual(["superblock "]);
    expect(faultsOf(bytes)).toEqual([]);
  });

  it("keeps as many faults as asked for, and counts them all", () => {
    const bytes = rootWith((_image, root) => [
      ...dots(root),
      ...Array.from({ length: 50 }, (_, i) => [`f${i}`, 10 ** 9 + i, 1] as const),
    ]);
    const report = checkSync(memorySource(bytes), { maxFaults: 7 });
    expect(report.faults).toHaveLength(7);
    expect(report.faultCount).toBe(50);
    expect(report.faults[0]).toMatchObject({ code: "inode", path: "f0", nid: 10 ** 9 });
  });

  it("does not read overlapping claims again and again", () => {
    const bytes = rootWith((image, root) => {
      const first = image.data(new Uint8Array(4 << 20));
      return [
        ...dots(root),
        ...Array.from({ length: 150 }, (_, i) => {
          const size = (4 << 20) - i * 4096;
          return [`f${i}`, image.inode({ mode: 0o100644, size, startBlock: first }), 1] as const;
        }),
      ];
    });
    const { source, bytesRead } = counting(memorySource(bytes));
    const report = checkSync(source, { cacheBytes: 1 << 16 });
    const sizes = Array.from({ length: 150 }, (_, i) => (4 << 20) - i * 4096);
    expect(report).toMatchObject({ faults: [], bytes: sizes.reduce((sum, size) => sum + size) });
    // All of them, and less than another two of those claims.
    expect(bytesRead()).toBeLessThan(12 << 20);
  });
});

/** A source that counts what is read from it. */
function counting(source: SyncSource): { source: SyncSource; bytesRead: () => number } {
  let bytes = 0;
  const read: SyncSource["read"] = (offset, target) => {
    bytes += target.length;
    source.read(offset, target);
  };
  return { source: { ...source, read }, bytesRead: () => bytes };
}

/** A Zstandard frame of zeros: blocks of 128 KiB that repeat one byte. */
function zeroFrame(blocks: number): Uint8Array {
  const frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x50];
  for (let left = blocks; left > 0; left--) {
    const header = (131_072 << 3) | (1 << 1) | (left === 1 ? 1 : 0);
    frame.push(header & 255, (header >> 8) & 255, header >> 16, 0);
  }
  return Uint8Array.from(frame);
}

/** The image with these files in its root and Zstandard announced. */
function zstdImage(image: HandImage, files: readonly (readonly [string, number, 1])[]): Uint8Array {
  const root = image.directory(files);
  return image.build(
    {
      rootNid: root,
      inodeCount: files.length + 1,
      featureIncompat: FeatureIncompat.lz4ZeroPadding | FeatureIncompat.comprCfgs | FeatureIncompat.fragments,
      availableAlgorithms: 1 << 3,
    },
    { 1152: encodeCompressionConfigs(new Map([[3, encodeZstdConfig({ windowBits: 20 })]])) },
  );
}

describe("a check's budget", () => {
  /** An image of files that all are `length(i)` bytes of one cluster, 12 MiB when it is decoded whole. */
  function claiming(count: number, lengthOf: (i: number) => number, damage = 0): Uint8Array {
    const image = new HandImage();
    const frame = zeroFrame(96);
    if (damage > 0) frame[frame.length - 3 - damage] = 0xff;
    const block = image.data(pcluster(frame, 4096));
    const files = Array.from({ length: count }, (_, i) => {
      const size = lengthOf(i);
      const extents = [{ logical: 0, block, blocks: 1, type: LclusterType.head1, partial: true }];
      // Lclusters of 16 MiB: an index of one entry.
      const index = encodeFullIndex(extents, {
        fileSize: size,
        blockSizeBits: 24,
        bigPcluster: false,
        algorithm: 3,
      });
      const header = encodeMapHeader({ advise: 0, algorithm1: 3, lclusterBits: 12 });
      const nid = image.inode(
        { mode: 0o100644, size, layout: DataLayout.compressedFull, blockCount: 1 },
        { body: Buffer.concat([header, index]), align: 8 },
      );
      return [`f${i}`, nid, 1] as const;
    });
    return zstdImage(image, files);
  }
  const whole = 96 * 131_072;

  it("is enough for a cluster that many share, and for one that is as large as can be", () => {
    const report = checkSync(memorySource(claiming(150, () => whole)));
    expect(report).toMatchObject({ faultCount: 0, bytes: 150 * whole });
  });

  it("reads clusters that files share once, those that come along with others too", () => {
    const image = new HandImage();
    const extents = Array.from({ length: 8 }, (_, i) => {
      const block = image.data(pcluster(zeroFrame(1), 4096));
      return { logical: i * 131_072, block, blocks: 1, type: LclusterType.head1 };
    });
    const plan = { fileSize: 8 * 131_072, blockSizeBits: 17, bigPcluster: false, algorithm: 3 };
    const files = Array.from({ length: 20 }, (_, i) => {
      const nid = image.inode(
        { mode: 0o100644, size: plan.fileSize, layout: DataLayout.compressedFull, blockCount: 8 },
        {
          body: Buffer.concat([
            encodeMapHeader({ advise: 0, algorithm1: 3, lclusterBits: 5 }),
            encodeFullIndex(extents, plan),
          ]),
          align: 8,
        },
      );
      return [`f${i}`, nid, 1] as const;
    });
    const bytes = zstdImage(image, files);
    const sources = [memorySource(bytes)];
    const state = runSync(openState([bytes.length], {}), sources);
    const content = new ContentCheck(state, Ledger.alone(state));
    const work = files.map(([, nid]) => {
      const outcome = runSync(content.file(runSync(readInode(state, nid), sources)), sources);
      expect(outcome).toMatchObject({ faults: [], bytes: plan.fileSize });
      return state.clusterWork;
    });
    expect(work[0]).toBeGreaterThan(plan.fileSize);
    expect(work.at(-1)).toBe(work[0]);
  });

  it.each([
    ["decode", 0],
    ["do not decode", 100],
  ])("ends what claims far more than the image holds, of clusters that %s", (_, damage) => {
    const start = performance.now();
    const report = checkSync(memorySource(claiming(250, (i) => whole - 250 + i, damage)));
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(report.faults.filter(({ code }) => code === "unsupported").length).toBeGreaterThan(100);
    expect(report.faults.at(-1)?.message).toContain("claim far more than the image holds");
  });
});
