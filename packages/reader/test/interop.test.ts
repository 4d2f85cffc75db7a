import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FileType, typeOfMode } from "@erofs/format";
import { blobSource, checkSync, memorySource, open, openSync } from "@erofs/reader";
import { fileSource } from "@erofs/reader/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mountObstacle, withMount } from "../../../tools/src/interop/mount.mjs";
import { type Expectation, expectSameTree } from "./support/compare.ts";
import { makeImage, type Mkfs, mkfsVariants, scratchDirectory } from "./support/mkfs.ts";
import { makeSourceTree } from "./support/source-tree.ts";

interface Case {
  readonly options: readonly string[];
  readonly modern?: boolean;
  readonly expected?: Expectation;
  /** Extra devices that `--blobdev` writes. */
  readonly blob?: boolean;
  /** Whether Linux 6.18 is known to show it otherwise. */
  readonly kernelErrs?: boolean;
}

/** Every word of `-E`, and each of --chunksize, --blobdev, -m, --MZ and --zD, alone and with others. */
const cases: readonly Case[] = [
  { options: [] },
  { options: ["-Enoinline_data"] },
  { options: ["-E^inline_data,nosbcrc"], modern: true },
  {
    options: ["-Eforce-inode-compact", "--all-root", "-T1000000000"],
    expected: { times: false, owners: false },
  },
  { options: ["-Eforce-inode-extended"] },
  { options: ["-x-1"], expected: { xattrs: false } },
  { options: ["-x0"] },
  { options: ["-x1000"] },
  { options: ["-zlz4"] },
  { options: ["-zlz4", "-Elegacy-compress"] },
  { options: ["-zlz4hc,12", "-C65536"] },
  { options: ["-zlz4hc,12", "-C65536", "-Elegacy-compress"] },
  { options: ["-zlz4", "-C1048576"] },
  { options: ["-zlz4", "-C4096", "-T1000000000"], expected: { times: false } },
  { options: ["-zlz4", "-Eztailpacking"] },
  { options: ["-zlz4", "-Eztailpacking,legacy-compress", "-C16384"] },
  { options: ["-zlz4", "-Efragments"] },
  { options: ["-zlz4", "-Eall-fragments"] },
  { options: ["-zlz4", "-Ededupe", "-C32768"] },
  { options: ["-zlz4", "-Ededupe,fragments", "-C32768"] },
  { options: ["--chunksize=4096"] },
  { options: ["--chunksize=65536"] },
  { options: ["--chunksize=4096"], blob: true },
  { options: ["--chunksize=1048576"], blob: true },
  { options: ["--chunksize=4096", "-Eforce-chunk-indexes"] },
  { options: ["--chunksize=16384", "-Eforce-inode-blockmap"] },
  { options: ["--chunksize=16384", "-zlz4"], modern: true, blob: true },
  { options: ["-b512", "--chunksize=512"], modern: true, blob: true },
  { options: ["-Ededupe"], modern: true },
  { options: ["-b512"], modern: true },
  { options: ["-b1024", "-Enoinline_data"], modern: true },
  { options: ["-b512", "-zlz4"], modern: true },
  { options: ["-b512", "-zlz4hc", "-C16384"], modern: true },
  { options: ["-b512", "-zlz4", "-C16384", "-Elegacy-compress"], modern: true },
  { options: ["-b1024", "-zlz4", "-C65536", "-Eztailpacking"], modern: true },
  { options: ["-b512", "--chunksize=4096"], modern: true },
  { options: ["-E48bit,dedupe", "--chunksize=8192"], modern: true, blob: true },
  { options: ["-E48bit,force-chunk-indexes", "-m4096:zstd", "--chunksize=16384"], modern: true, blob: true },
  { options: ["-E48bit", "-zlz4", "-C65536"], modern: true },
  { options: ["-E48bit,dot-omitted"], modern: true },
  { options: ["-E48bit,fragments,dedupe", "-zlz4"], modern: true },
  { options: ["-Efragments,ztailpacking", "-zlz4hc", "-C65536"], modern: true },
  { options: ["--xattr-prefix=trusted.overlay.", "--xattr-prefix=user.number-", "-zlz4"], modern: true },
  { options: ["--xattr-prefix=user.", "-zlz4", "-Efragments"], modern: true },
  { options: ["--xattr-prefix=user.", "-Eplain-xattr-prefixes", "-zlz4", "-Efragments"], modern: true },
  { options: ["-E^xattr-name-filter"], modern: true },
  { options: ["--zD", "-zlz4"], modern: true },
  { options: ["--zD=0", "-zlz4"], modern: true },
  { options: ["--zD", "-zlz4hc", "-C65536", "-E48bit,dot-omitted,fragments"], modern: true },
  { options: ["-zlz4", "-C65536", "--max-extent-bytes=20000"], modern: true },
  { options: ["-zlz4", "-Efragments,fragdedupe=inode"], modern: true },
  { options: ["-zlz4", "-Eall-fragments,^fragdedupe"], modern: true },
  { options: ["-zlz4hc", "-C65536", "-Efragments=16384,dedupe,fragdedupe=full"], modern: true },
  { options: ["-zzstd,level=3", "-C65536", "-Eall-fragments=16384,dedupe,ztailpacking,48bit"], modern: true },
  { options: ["-zlz4:lzma:zstd,level=3", "-C65536", "-E48bit,dedupe,legacy-compress"], modern: true },
  { options: ["-zdeflate", "-C32768", "-Eztailpacking,dedupe,dot-omitted", "--zD"], modern: true },
  { options: ["--MZ"], modern: true },
  { options: ["--MZ=i", "-zlz4", "-Eztailpacking"], modern: true },
  { options: ["--MZ=id", "--zD", "-zlz4"], modern: true },
  { options: ["--MZ=0"], modern: true },
  { options: ["--dsunit=16", "--fsalignblks=64"], modern: true },
  { options: ["-m4096"], modern: true },
  { options: ["-m16384:zstd", "-zlz4", "-C65536"], modern: true },
  {
    options: ["-m16384:deflate", "--zD", "-zlz4", "-C65536", "-E48bit,dot-omitted,all-fragments,dedupe"],
    modern: true,
  },
  {
    options: ["-m65536:lzma", "-zlz4", "-C65536", "-Efragments,ztailpacking", "--xattr-prefix=user."],
    modern: true,
  },
  {
    options: [
      "-m4096:lz4",
      "-zlz4",
      "-Eplain-xattr-prefixes",
      "--xattr-prefix=user.",
      "--xattr-inode-digest",
    ],
    modern: true,
    // An inode in page 0 of the metabox has an inline xattr and a shared one, which is in page 0 of the device. Having
    // read the first, the kernel takes one page 0 for the other, and finds no second.
    kernelErrs: true,
  },
  { options: ["-m4096", "-b512", "-C4096", "-zlz4", "-Elegacy-compress"], modern: true },
  { options: ["--root-xattr-isize=100"], modern: true },
  { options: ["--xattr-inode-digest"], modern: true },
  { options: ["-zlz4", "-C8192", "-Eforce-inode-blockmap", "--workers=1"], modern: true },
];

const notMounted = mountObstacle();
const readers = notMounted
  ? `sync and async give the source's bytes (the kernel is skipped: ${notMounted})`
  : "sync and async give the source's bytes, and what the kernel shows";

it.runIf(mkfsVariants.length > 0)("runs on images of mkfs.erofs (on PATH, or named by EROFS_MKFS)", () => {
  expect(mkfsVariants.every(({ command }) => command !== "")).toBe(true);
});

describe.each(mkfsVariants)("images of $name", (mkfs: Mkfs) => {
  const scratch = scratchDirectory();
  const source = join(scratch.path, "source");
  const image = join(scratch.path, "image");
  const blob = join(scratch.path, "blob");
  const mountPoint = join(scratch.path, "mounted");

  // erofs-utils 1.5 stops at names of 255 bytes.
  beforeAll(() => {
    makeSourceTree(source, mkfs.modern ? 255 : 254);
    mkdirSync(mountPoint);
  });
  afterAll(() => scratch.remove());

  // Each mkfs.erofs is asked for what it can do: Debian's 1.5 lacks much of what 1.9 has.
  for (const {
    options,
    modern = false,
    expected = {},
    blob: withBlob = false,
    kernelErrs = false,
  } of cases) {
    if (modern && !mkfs.modern) continue;
    const name = `${options.join(" ") || "no options"}${withBlob ? " --blobdev" : ""}`;
    it(`${readers}: ${name}`, async () => {
      makeImage(mkfs, [...options, ...(withBlob ? [`--blobdev=${blob}`] : [])], image, source);
      const sync = openSync(fileSource(image), withBlob ? { devices: [fileSource(blob)] } : {});
      const count = await expectSameTree(sync, source, expected);
      expect(count).toBeGreaterThan(440);
      const asMounted = () => expectSameTree(sync, mountPoint);
      const mounted = !notMounted && !kernelErrs;
      const shown = mounted ? await withMount(image, mountPoint, asMounted, withBlob ? [blob] : []) : count;
      expect(shown).toBe(count);
      sync.close();

      const asBlob = (file: string) => blobSource(new Blob([readFileSync(file)]));
      const later = await open(asBlob(image), withBlob ? { devices: [asBlob(blob)] } : {});
      expect(await expectSameTree(later, source, expected)).toBe(count);

      const devices = withBlob ? { devices: [fileSource(blob)] } : {};
      const report = checkSync(fileSource(image), devices);
      expect(report.faults.map(({ code, path, message }) => `${code} ${path}: ${message}`)).toEqual([]);
      expect(report.inodes).toBeGreaterThan(440);
    });
  }

  if (!mkfs.modern) return;

  it("an index over a tar file is read with the tar beside or behind it", async () => {
    const tar = join(scratch.path, "source.tar");
    execFileSync("tar", ["--format=posix", "--xattrs", "--xattrs-include=*", "-cf", tar, "-C", source, "."]);
    makeImage(mkfs, ["--tar=i", "--sort=none"], image, tar);
    // A socket cannot be in a tar file.
    const compared = { absent: ["socket"] };
    const beside = openSync(fileSource(image), { devices: [fileSource(tar)] });
    const count = await expectSameTree(beside, source, compared);
    const joined = openSync(memorySource(Buffer.concat([readFileSync(image), readFileSync(tar)])));
    expect(await expectSameTree(joined, source, compared)).toBe(count);
    const alone = openSync(fileSource(image));
    expect(() => alone.read(alone.lookup("prose"))).toThrow(expect.objectContaining({ code: "ENODEV" }));
  });

  it("merged images are read with their sources as devices", async () => {
    const base = join(scratch.path, "base");
    makeImage(mkfs, ["-Enoinline_data"], base, source);
    execFileSync(mkfs.command, ["--quiet", image, base], { stdio: "ignore" });
    const merged = openSync(fileSource(image), { devices: [fileSource(base)] });
    const original = openSync(fileSource(base));
    for (const { path, node } of original.walk()) {
      if (typeOfMode(node.mode) !== FileType.regular) continue;
      const found = merged.lookup(path, { followSymlinks: false });
      expect(Buffer.compare(merged.read(found), original.read(node))).toBe(0);
    }
    expect(checkSync(fileSource(image), { devices: [fileSource(base)] }).faults).toEqual([]);
  });
});
