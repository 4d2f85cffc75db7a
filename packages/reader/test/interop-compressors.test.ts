import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { blobSource, checkSync, open, openSync } from "@erofs/reader";
import { fileSource } from "@erofs/reader/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mountObstacle, withMount } from "../../../tools/src/interop/mount.mjs";
import { expectSameTree } from "./support/compare.ts";
import { makeImage, type Mkfs, mkfsVariants, scratchDirectory } from "./support/mkfs.ts";
import { noise, prose } from "./support/random.ts";

/** Each compressor of mkfs.erofs, with options that are worth a try. */
const compressors: Readonly<Record<string, readonly string[]>> = {
  lz4: [""],
  lz4hc: [",level=1", ",level=12"],
  lzma: [
    ",level=1",
    ",level=109",
    ",lc=0,lp=0,pb=0",
    ",lc=0,lp=4,pb=4",
    ",lc=4,lp=0,pb=1",
    ",lc=1,lp=3,pb=2",
    ",dictsize=4096",
    ",dictsize=8388608",
  ],
  deflate: [",level=1", ",level=9", ",level=6,dictsize=512"],
  libdeflate: [",level=1", ",level=8"],
  zstd: [",level=1", ",level=9", ",level=19", ",level=3,dictsize=1024", ",level=3,dictsize=1048576"],
};
const clusterSizes = [4096, 65_536, 1_048_576];
/** The first variant of each is tried with all of them, the others with this one. */
const usualSize = 65_536;
/** What changes how clusters are found, crossed with every algorithm. */
const layouts: readonly string[][] = [
  ["-Eztailpacking"],
  ["-Efragments", "-C65536"],
  ["-Eall-fragments", "-C16384"],
  ["-Ededupe", "-C32768"],
  ["-Ededupe,fragments", "-C4096"],
  ["-Elegacy-compress", "-C65536"],
  ["-E48bit", "-C65536"],
  ["-b512", "-C8192"],
];

function makeSource(root: string): void {
  const write = (name: string, ...parts: readonly Uint8Array[]) =>
    writeFileSync(join(root, name), Buffer.concat(parts));
  mkdirSync(root);
  for (const size of [1, 100, 4095, 4097, 20_000]) write(`size-${size}`, prose(size, size));
  write("prose", prose(300_000, 1));
  write("mixed", prose(90_000, 4), noise(20_000, 5), prose(50_001, 6), noise(5000, 7), prose(30_000, 8));
  write("noise", noise(20_000, 3));
  write("zeros", new Uint8Array(5 << 20));
  write("twin-a", prose(150_000, 11));
  write("twin-b", noise(777, 2), prose(150_000, 11), prose(20_000, 12));
}

/** The compressors that a mkfs.erofs was built with. */
function compressorsOf(mkfs: Mkfs): readonly string[] {
  const { stdout, stderr } = spawnSync(mkfs.command, ["--help"], { encoding: "utf8" });
  const help = `${stdout}${stderr}`;
  return Object.keys(compressors).filter((name) => new RegExp(`(^\\s+|[:,] )${name}(,|$)`, "m").test(help));
}

const notMounted = mountObstacle();
const noKernel = notMounted ? ` (the kernel is skipped: ${notMounted})` : "";

it.runIf(mkfsVariants.length > 0)("runs on images of mkfs.erofs (on PATH, or named by EROFS_MKFS)", () => {
  expect(mkfsVariants.every(({ command }) => command !== "")).toBe(true);
});

describe.each(mkfsVariants)(`images of $name${noKernel}`, (mkfs: Mkfs) => {
  const scratch = scratchDirectory();
  const source = join(scratch.path, "source");
  const image = join(scratch.path, "image");
  const mountPoint = join(scratch.path, "mounted");
  const known = compressorsOf(mkfs);

  beforeAll(() => {
    makeSource(source);
    mkdirSync(mountPoint);
  });
  afterAll(() => scratch.remove());

  /** Makes an image, reads it by both drivers, compares that with what the kernel shows, and checks it. Returns the faults. */
  async function faultsWith(options: readonly string[]): Promise<string[]> {
    makeImage(mkfs, ["--quiet", ...options], image, source);
    const opened = openSync(fileSource(image));
    const count = await expectSameTree(opened, source);
    const asMounted = () => expectSameTree(opened, mountPoint);
    expect(notMounted ? count : await withMount(image, mountPoint, asMounted)).toBe(count);
    opened.close();
    const later = await open(blobSource(new Blob([readFileSync(image)])));
    expect(await expectSameTree(later, source)).toBe(count);
    expect(count).toBe(12);
    return checkSync(fileSource(image)).faults.map(({ path, message }) => `${options} ${path}: ${message}`);
  }

  for (const [name, variants] of Object.entries(compressors)) {
    const has = known.includes(name);
    describe.skipIf(!has)(`${name}${has ? "" : ", which it was built without"}`, () => {
      it.each(variants.map((variant, i) => ({ variant, sizes: i === 0 ? clusterSizes : [usualSize] })))(
        `-z${name}$variant in clusters of $sizes`,
        async ({ variant, sizes }) => {
          for (const size of sizes)
            expect(await faultsWith([`-z${name}${variant}`, `-C${size}`])).toEqual([]);
        },
      );

      it.each(mkfs.modern ? layouts : layouts.slice(0, 1))("%s", async (...options) => {
        expect(await faultsWith([`-z${name}`, ...options])).toEqual([]);
      });
    });
  }
});
