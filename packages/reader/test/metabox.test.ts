import {
  DataLayout,
  decodeSuperblock,
  encodeDirectory,
  encodeInode,
  encodeSuperblock,
  FeatureCompat,
  FeatureIncompat,
  type FileType,
  type Inode,
  MapAdvise,
  METABOX_NID,
  NULL_BLOCK,
  xattrIcount,
} from "@erofs/format";
import { checkSync, memorySource, METABOX, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { HandImage, lz4Run, sealSuperblock } from "./support/hand-image.ts";

const BLOCK = 4096;
const MiB = 1 << 20;
const METABOX_FEATURES = FeatureIncompat.lz4ZeroPadding | FeatureIncompat.bit48 | FeatureIncompat.metabox;

const plain = {
  extended: true,
  layout: DataLayout.flatInline,
  dotOmitted: false,
  xattrIcount: 0,
  mode: 0o100644,
  nlink: 1,
  size: 0,
  startBlock: NULL_BLOCK,
  blockCount: 0,
  chunkFormat: 0,
  rdev: 0,
  ino: 0,
  uid: 0,
  gid: 0,
  mtime: 0,
  mtimeNsec: 0,
} as const;

/** Puts an inode with what follows it into the slot of a metabox's content. */
function put(box: Uint8Array, slot: number, fields: Partial<Inode>, ...behind: Uint8Array[]): void {
  encodeInode({ ...plain, nid: METABOX_NID + slot, ...fields }, { epoch: 0, fixedNsec: 0 }, box, slot * 32);
  box.set(Buffer.concat(behind), slot * 32 + 64);
}

function directory(entries: readonly (readonly [string, number, FileType])[]): Uint8Array {
  const sorted = entries.map(([name, nid, type]) => ({ name, nid, type }));
  return encodeDirectory(
    sorted.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    BLOCK,
  );
}

const ROOT = METABOX_NID;
const text = Buffer.from("what is inline is in the metabox, too");

/** A tree in the metabox, whose content `store` puts into an image: a root, a file with two attributes. */
function imageOf(
  store: (image: HandImage, box: Uint8Array) => number,
  compat = 0,
  change: (box: Uint8Array) => void = () => {},
): Uint8Array {
  const box = new Uint8Array(2 * BLOCK);
  const entries = directory([
    [".", ROOT, 2],
    ["..", ROOT, 2],
    ["file", METABOX_NID + 10, 1],
    ["again", METABOX_NID + 10, 1],
  ]);
  put(box, 0, { mode: 0o040755, nlink: 2, size: entries.length }, entries);
  const inline = Buffer.from([1, 1, 1, 0, 0x61, 0x62, 0, 0]);
  const shared = Buffer.from([1, 1, 1, 0, 0x73, 0x7a, 0, 0]);
  const body = Buffer.concat([Buffer.from([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0]), inline]);
  put(box, 10, { nlink: 2, size: text.length, xattrIcount: xattrIcount(body.length) }, body, text);
  const inMetabox = (compat & FeatureCompat.sharedXattrsInMetabox) !== 0;
  if (inMetabox) box.set(shared, BLOCK + 4 * 5);
  change(box);
  const image = new HandImage();
  const metaboxNid = store(image, box);
  return image.build(
    {
      rootNid: ROOT,
      metaboxNid,
      extSlots: 1,
      xattrBlock: 1,
      featureIncompat: METABOX_FEATURES,
      featureCompat: compat,
    },
    inMetabox ? {} : { [BLOCK + 4 * 5]: shared },
  );
}

const flat = (image: HandImage, box: Uint8Array) =>
  image.inode({ mode: 0o100600, size: box.length, startBlock: image.data(box) });

describe("a tree in the metabox", () => {
  it.each([
    ["the primary space", 0],
    ["the metabox", FeatureCompat.sharedXattrsInMetabox],
  ])("is read, with shared xattrs in %s", (_, compat) => {
    const bytes = imageOf(flat, compat);
    const image = openSync(memorySource(bytes));
    const file = image.lookup("file");
    expect(file.nid).toBe(METABOX_NID + 10);
    expect(image.readdir(image.root).map(({ nid }) => nid - METABOX_NID)).toEqual([0, 0, 10, 10]);
    expect(Buffer.from(image.read(file))).toEqual(text);
    expect(image.xattrs(file).map(({ name, value }) => [name, Buffer.from(value).toString()])).toEqual([
      ["user.a", "b"],
      ["user.s", "z"],
    ]);
    expect(image.extents(file)).toEqual([
      {
        kind: "inline",
        logical: 0,
        length: text.length,
        physical: { device: METABOX, offset: 10 * 32 + 64 + 24, length: text.length },
      },
    ]);
    expect(image.metaboxInode().size).toBe(2 * BLOCK);
    expect(checkSync(memorySource(bytes))).toMatchObject({ faultCount: 0, inodes: 2, directories: 1 });
  });

  it.each([
    ["of a hole", (image: HandImage) => image.inode({ mode: 0o100600, size: MiB, startBlock: NULL_BLOCK })],
    [
      "that is a fragment",
      (image: HandImage) =>
        image.inode(
          { mode: 0o100600, size: MiB, layout: DataLayout.compressedFull },
          { body: Buffer.from([0, 0, 0, 0, 0, 0, 0, 0x80]), align: 8 },
        ),
    ],
    ["shorter than an inode", (image: HandImage) => image.file(new Uint8Array(20))],
    [
      "beyond the image",
      (image: HandImage) => image.inode({ mode: 0o100600, size: MiB, startBlock: 2 ** 40 }),
    ],
  ])("is not read out of a metabox %s", (_, store) => {
    const bytes = imageOf(store);
    expect(() => openSync(memorySource(bytes))).toThrow(expect.objectContaining({ code: "EUCLEAN" }));
    expect(checkSync(memorySource(bytes)).faultCount).toBeGreaterThan(0);
  });

  it("that names inodes outside of its metabox has faults", () => {
    const entries = directory([
      [".", ROOT, 2],
      ["..", ROOT, 2],
      ["beyond", METABOX_NID + 256, 1],
      ["far", METABOX_NID + 2 ** 52 - 1, 1],
    ]);
    const bytes = imageOf(flat, 0, (box) =>
      put(box, 0, { mode: 0o040755, nlink: 2, size: entries.length }, entries),
    );
    const { faults } = checkSync(memorySource(bytes));
    expect(faults.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "beyond: inode 9223372036854776064 lies beyond the end of the metabox, 8192 bytes",
      "far: inode 9227875636482146303 lies beyond the end of the metabox, 8192 bytes",
    ]);
  });

  it("with an inline tail across its blocks is corrupt, as in the primary space", () => {
    const bytes = imageOf(flat, 0, (box) => {
      const entries = directory([
        [".", ROOT, 2],
        ["..", ROOT, 2],
        ["file", METABOX_NID + 125, 1],
      ]);
      put(box, 0, { mode: 0o040755, nlink: 2, size: entries.length }, entries);
      put(box, 125, { size: 40 }, new Uint8Array(40));
    });
    const { faults } = checkSync(memorySource(bytes));
    expect(faults.map(({ code, path, message }) => `${code} ${path}: ${message}`)).toEqual([
      "data file: inline tail of 40 bytes at 4064 crosses a block boundary",
    ]);
  });
});

it("an image without metabox has no inodes of one", () => {
  const builder = new HandImage();
  const root = builder.directory([["file", METABOX_NID + 1, 1]]);
  const bytes = builder.build({ rootNid: root });
  expect(() => openSync(memorySource(bytes)).lookup("file")).toThrow("the image has no metabox");
  expect(checkSync(memorySource(bytes)).faults.map(({ code, path }) => `${code} ${path}`)).toEqual([
    "inode file",
  ]);
});

it("a check of a metabox that claims far more than the image holds ends", () => {
  const image = new HandImage();
  const record = 16;
  const extent = 12 * MiB;
  const clusters = [0, 1].map((byte) => lz4Run(byte, extent));
  const places = clusters.map((stored) => image.data(stored) * BLOCK);
  // Each entry of the root is in an extent of its own, so that each costs 12 MiB.
  const count = 2000;
  const head = new Uint8Array(BLOCK);
  const dir = directory([
    [".", ROOT, 2],
    ["..", ROOT, 2],
    ...Array.from({ length: count }, (_, i) => {
      return [`entry ${i}`, METABOX_NID + ((i + 1) * extent) / 32, 1] as const;
    }),
  ]);
  const startBlock = image.data(dir);
  put(head, 0, { mode: 0o040755, nlink: 2, size: dir.length, layout: DataLayout.flatPlain, startBlock });
  const headAt = image.data(head) * BLOCK;
  const records = Buffer.alloc((count + 2) * record);
  const write = (i: number, plen: number, place: number, logical: number) => {
    records.writeUInt32LE(plen, i * record);
    records.writeUInt32LE(place, i * record + 4);
    records.writeUInt32LE(logical % 2 ** 32, i * record + 12);
  };
  // 32-bit starts end at 4 GiB: extents from there on are named by entries that lie outside.
  write(0, BLOCK, headAt, 0);
  const reachable = Math.floor(2 ** 32 / extent) - 1;
  for (let i = 0; i < reachable; i++) {
    const which = i % 2;
    write(i + 1, (1 << 28) | clusters[which]!.length, places[which]!, BLOCK + i * extent);
  }
  const header = Buffer.alloc(8);
  header.writeUInt32LE(reachable + 1, 0);
  header.writeUInt16LE(MapAdvise.extents | (2 << 1), 4);
  const nid = image.reserve(64 + 16 + records.length);
  const metaboxNid = image.inode(
    { mode: 0o100600, size: BLOCK + reachable * extent, layout: DataLayout.compressedFull },
    {
      nid,
      body: Buffer.concat([header, Buffer.alloc(8), records.subarray(0, (reachable + 1) * record)]),
      align: 8,
    },
  );
  const bytes = image.build({ rootNid: ROOT, metaboxNid, extSlots: 1, featureIncompat: METABOX_FEATURES });
  const start = performance.now();
  const { faults } = checkSync(memorySource(bytes));
  expect(performance.now() - start).toBeLessThan(20_000);
  expect(faults.map(({ code }) => code)).toContain("unsupported");
  expect(faults.at(-1)?.message).toContain("the metadata claims far more than the image holds");
});

it("a superblock with one slot more keeps the metabox", () => {
  const bytes = imageOf(flat);
  const superblock = decodeSuperblock(bytes.subarray(1024));
  bytes.set(encodeSuperblock({ ...superblock, extSlots: 3 }), 1024);
  sealSuperblock(bytes);
  expect(openSync(memorySource(bytes)).lookup("again").nid).toBe(METABOX_NID + 10);
});
