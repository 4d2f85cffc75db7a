import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { output } from "../command.ts";
import { bigText, createSample } from "../sample-tree.ts";

const { image, folder } = await createSample();

describe("erofs inspect", () => {
  it("shows the superblock", async () => {
    const text = await output(["inspect", image]);
    expect(text).toMatch(/^Block size: +4096$/m);
    expect(text).toMatch(/^Label: +none$/m);
    expect(text).toMatch(/^Other features: .*superblock checksum/m);
  });

  it("gives the superblock as JSON", async () => {
    const { superblock } = JSON.parse(await output(["inspect", "--json", image])) as { superblock: object };
    expect(superblock).toMatchObject({ blockSize: 4096, inodeCount: 10, label: "", algorithms: [] });
  });

  it("counts what is in the image", async () => {
    const text = await output(["inspect", "-S", image]);
    expect(text).toMatch(/^directory +3 /m);
    expect(text).toMatch(/^symlink +2 /m);
    expect(text).toMatch(/^up to 4\.00 KiB +3 /m);
    expect(text).toContain("0 with xattrs, 1 hard links");
    const { statistics } = JSON.parse(await output(["inspect", "-S", "--json", image])) as {
      statistics: unknown;
    };
    expect(statistics).toMatchObject({
      hardLinks: 1,
      types: { file: { count: 5, bytes: bigText.length + 14 }, directory: { count: 3 } },
      total: { count: 5, bytes: bigText.length + 14 },
    });
  });

  it("shows how a file is stored", async () => {
    const text = await output(["inspect", image, "big.txt"]);
    expect(text).toMatch(/^Layout: +(plain|inline tail)$/m);
    expect(text).toMatch(/^ +0 +\d+ +data +0x[0-9a-f]+/m);
    const [file] = JSON.parse(await output(["inspect", "--json", image, "big.txt"])) as {
      extents: { logical: number; length: number }[];
    }[];
    const end = file?.extents.reduce((place, { logical, length }) => {
      expect(logical).toBe(place);
      return place + length;
    }, 0);
    expect(end).toBe(bigText.length);
  });
});

describe("erofs inspect of what files have in common", () => {
  const source = join(folder, "common");
  mkdirSync(source);
  const small = "the same few words, again and again. ".repeat(20);
  for (const name of ["a", "b", "c"]) writeFileSync(join(source, name), small);
  for (const name of ["large", "twin"]) writeFileSync(join(source, name), bigText);
  const build = async (...args: string[]) => {
    const built = join(folder, `common-${args.join("")}.erofs`);
    await output(["build", "-q", "--no-sync", "--workers=0", ...args, source, built]);
    return built;
  };
  const statisticsOf = async (built: string) =>
    JSON.parse(await output(["inspect", "-S", "--json", built])).statistics;

  it("counts the packed inode, and fragments that share its bytes", async () => {
    const built = await build("-zlz4", "-Efragments");
    const { packed, total, layouts } = await statisticsOf(built);
    // Both large files end alike.
    expect(packed.fragments.count).toBe(5);
    expect(packed.fragments.bytes - packed.content).toBe(2 * small.length + (packed.content - small.length));
    expect(packed.stored).toBeGreaterThan(0);
    const files = Object.values<{ stored: number }>(layouts).reduce((sum, { stored }) => sum + stored, 0);
    expect(total.stored).toBe(files + packed.stored);
    const text = await output(["inspect", "-S", built]);
    expect(text).toMatch(/^packed inode +[\d.]+ KiB$/m);
    expect(text).toMatch(/^5 fragments of .* in the packed inode, .* of them shared; it is stored in /m);
  });

  it("shows where a fragment stands, and what has it", async () => {
    const built = await build("-zlz4", "-Efragments");
    const [file] = JSON.parse(await output(["inspect", "--json", built, "b"]));
    expect(file.extents).toMatchObject([{ kind: "fragment", length: small.length }]);
    const [cluster] = file.extents[0].packed;
    expect(cluster.logical).toBeLessThanOrEqual(file.extents[0].fragmentOffset);
    expect(cluster.physical.length).toBeGreaterThan(0);
    const text = await output(["inspect", built, "b"]);
    expect(text).toMatch(/^ +0 +740 +fragment +packed 0x[0-9a-f]+$/m);
    expect(text).toMatch(/^ +(plain|lz4) +0x[0-9a-f]+ +4096$/m);
  });

  it.each([
    // One time for all: inodes of different sizes leave tails of different sizes to blocks.
    ["compressed", ["-T0", "-zlz4", "--dedupe"]],
    ["stored", ["-T0", "--dedupe"]],
  ])("counts equal files once: %s", async (_, args) => {
    const { total, shared } = await statisticsOf(await build(...args));
    const apart = (await statisticsOf(await build(...args.slice(0, -1)))).total;
    expect(shared.count).toBeGreaterThan(0);
    expect(total.stored + shared.stored).toBe(apart.stored);
    expect(total.stored).toBeLessThan(apart.stored * 0.6);
  });

  it("counts the metabox", async () => {
    const built = await build("-b512", "-zlz4", "-m4096");
    const { metabox, total } = await statisticsOf(built);
    expect(metabox.content % 512).toBe(0);
    expect(metabox.stored).toBeLessThan(metabox.content);
    expect(total.stored).toBe((await statisticsOf(await build("-b512", "-zlz4"))).total.stored);
    expect(await output(["inspect", "-S", built])).toMatch(
      /^[\d.]+ KiB of metadata in the metabox; it is stored in [\d.]+ KiB \([\d.]+ %\)$/m,
    );
  });

  it("says nothing where there is nothing", async () => {
    const built = await build("-zlz4");
    expect(await statisticsOf(built)).toMatchObject({ shared: { count: 0, stored: 0 } });
    expect(await output(["inspect", "-S", built])).not.toMatch(
      /packed inode:? +\d|saved|fragment|the metabox/,
    );
  });
});
