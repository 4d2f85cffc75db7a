import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { erofs, output, outputLines } from "../command.ts";
import { bigText, createSample } from "../sample-tree.ts";

const { folder, source } = await createSample();
let count = 0;

/** Builds an image of the sample on this thread, with `args`; fails with what the command says. */
async function build(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const image = join(folder, `built-${++count}.erofs`);
  await output(["build", "--quiet", "--no-sync", "--workers", "0", ...args, source, image], { env });
  return image;
}

async function superblockOf(image: string): Promise<Record<string, unknown>> {
  return JSON.parse(await output(["inspect", "--json", image])).superblock;
}

/** Attributes of a file in an image, as JSON. */
async function statOf(image: string, path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await output(["stat", "--json", image, path]))[0];
}

describe("erofs build", () => {
  it("sums up on stderr what it did", async () => {
    const image = join(folder, "summary.erofs");
    const { status, stdout, stderr } = await erofs(["build", "--workers", "0", "--no-sync", source, image]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    expect(stderr).toMatch(
      /summary\.erofs: 5 files, 3 directories; 1\.10 MiB -> 1\.1\d MiB \(10\d\.\d %\) in \d+\.\d\d s\n$/,
    );
  });

  it("tells programs the same on stdout", async () => {
    const image = join(folder, "json.erofs");
    const json = JSON.parse(await output(["build", "--json", "--workers", "0", "--no-sync", source, image]));
    expect(json).toMatchObject({ image, files: 5, directories: 3, symlinks: 2, hardLinks: 1, warnings: [] });
    expect(json.imageBytes).toBe(readFileSync(image).length);
    expect(json.uuid).toBe((await superblockOf(image))["uuid"]);
  });

  it.each([
    [["-zlz4"]],
    [["-z", "lz4hc"]],
    [["-zlz4hc,12", "-C65536"]],
    [["-z", "lz4hc,level=3", "-b", "512", "-C128K"]],
  ])("compresses with %j", async (args) => {
    const image = await build(args);
    expect(readFileSync(image).length).toBeLessThan(bigText.length * 0.7);
    expect(await output(["cat", image, "big.txt"])).toBe(bigText);
    expect(await output(["check", "--quiet", image])).toBe("");
  });

  const plugin = fileURLToPath(new URL("../plugins/zlib-deflate.mjs", import.meta.url));

  it.each([
    [["-z", "deflate,9"], ["deflate"]],
    [["-z", "zstd,level=5,dictsize=64K", "-C", "16K"], ["zstd"]],
    [["-z", "lzma", "-C64K"], ["lzma"]],
    [["-z", plugin, "-C64K"], ["deflate"]],
    [["-z", "auto,worth=1:lz4:deflate"], ["deflate"]],
  ])("compresses with %j", async (args, algorithms) => {
    const image = await build(args);
    expect(readFileSync(image).length).toBeLessThan(bigText.length * 0.6);
    expect(await output(["cat", image, "big.txt"])).toBe(bigText);
    const [big] = JSON.parse(await output(["inspect", "--json", image, "big.txt"]));
    const used = (big.extents as { algorithm?: string }[]).flatMap(({ algorithm }) => algorithm ?? []);
    expect([...new Set(used)]).toEqual(algorithms);
  });

  it("goes by hints", async () => {
    const hints = join(folder, "hints");
    writeFileSync(hints, "# text\n64K 1 \\.txt$\n");
    const image = await build(["-zlz4:deflate", "--compress-hints", hints]);
    const [big] = JSON.parse(await output(["inspect", "--json", image, "big.txt"]));
    expect(big.extents[0]).toMatchObject({ algorithm: "deflate", physical: { length: 65536 } });
    writeFileSync(hints, "0 big\n");
    const plain = await build(["-zlz4", "--compress-hints", hints]);
    expect(await statOf(plain, "big.txt")).toMatchObject({ layout: "inline tail" });
    writeFileSync(hints, "4096 lz4 (\n");
    const { status, stderr } = await erofs(["build", "--compress-hints", hints, source, join(folder, "x")]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `erofs: ${hints}:1: pattern '(': '(' without ')'\n`,
    });
  });

  it("verifies what plugins make, unless told not to", async () => {
    const target = join(folder, "lies.erofs");
    const args = ["build", "--quiet", "--no-sync", "--workers", "0", "-z", `${plugin}#liar`];
    const { status, stderr } = await erofs([...args, source, target]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/compressor liar made a cluster that .*, at big\.txt/);
    expect(existsSync(target)).toBe(false);
    await output([...args, "--no-verify", source, target]);
    expect((await erofs(["check", "--quiet", target])).status).toBe(1);
  });

  it("takes any tolerance below 0 for no xattrs", async () => {
    expect(readFileSync(await build(["-x", "-5"])).equals(readFileSync(await build(["-x", "-1"])))).toBe(
      true,
    );
  });

  it("gives the same bytes for the same tree", async () => {
    const [first, second, third] = [await build([]), await build([]), await build(["-U", "random"])];
    expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
    expect((await superblockOf(third))["uuid"]).not.toBe((await superblockOf(first))["uuid"]);
  });

  it("takes identity and layout from options", async () => {
    const uuid = "01234567-89ab-cdef-0123-456789abcdef";
    const image = await build(["-b512", "-L", "a label", "-U", uuid, "--build-time", "1700000001"]);
    expect(await superblockOf(image)).toMatchObject({
      blockSize: 512,
      label: "a label",
      uuid,
      buildTime: 1700000001,
    });
    expect(await superblockOf(await build(["-U", "clear"]))).toMatchObject({
      uuid: "00000000-0000-0000-0000-000000000000",
    });
  });

  it("fixes and clamps times", async () => {
    expect(await statOf(await build(["-T", "5"]), "hello.txt")).toMatchObject({ mtime: 5, mtimeNsec: 0 });
    const clamped = await build([], { SOURCE_DATE_EPOCH: "1600000000" });
    expect(await statOf(clamped, "hello.txt")).toMatchObject({ mtime: 1600000000 });
    expect(await superblockOf(clamped)).toMatchObject({ buildTime: 1600000000 });
    const { status, stderr } = await erofs(["build", source, join(folder, "x")], {
      env: { SOURCE_DATE_EPOCH: "now" },
    });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: "erofs: SOURCE_DATE_EPOCH is 'now', expected seconds since 1970; try 'erofs build --help'\n",
    });
  });

  it("overrides owners", async () => {
    expect(await statOf(await build(["--all-root"]), "big.txt")).toMatchObject({ uid: 0, gid: 0 });
    const forced = await build(["--force-uid", "7", "--force-gid", "70000", "--uid-offset", "100000"]);
    expect(await statOf(forced, "big.txt")).toMatchObject({ uid: 100007, gid: 70000 });
  });

  it("leaves out what is excluded", async () => {
    const patterns = join(folder, "patterns");
    writeFileSync(patterns, "# comment\nlink\n\n*-link\n");
    const image = await build(["--exclude-path", "sub/deep", "--exclude", "b*", "--exclude-from", patterns]);
    expect(await outputLines(["ls", "-R", image])).toEqual(["/.hidden", "/hello.txt", "/sub", "/sub/hard"]);
  });

  it("stores data in the order of a list, and packs tails, fragments and equal files", async () => {
    const list = join(folder, "order");
    writeFileSync(list, "./sub/deep\n\n/big.txt\n");
    const order = await build(["--no-inline-data", "--data-order", list]);
    const startOf = async (path: string): Promise<number> => {
      const [{ extents }] = JSON.parse(await output(["inspect", "--json", order, path]));
      return extents[0].physical.offset;
    };
    expect(await startOf("big.txt")).toBeLessThan(await startOf("hello.txt"));
    const missing = await erofs(["build", "--data-order", join(folder, "none"), source, order]);
    expect(missing).toMatchObject({ status: 1 });
    expect(missing.stderr).toContain("none");
    for (const words of ["ztailpacking", "fragments", "all-fragments=16K", "dedupe,fragments"]) {
      const image = await build(["-zlz4", "-E", words]);
      expect(await output(["cat", image, "big.txt"])).toBe(readFileSync(join(source, "big.txt"), "utf8"));
    }
  });

  it("makes files of hard links, flat or wide inodes, on request", async () => {
    expect(await statOf(await build(["--hard-dereference"]), "sub/hard")).toMatchObject({ links: 1 });
    expect(await statOf(await build(["--no-inline-data"]), "hello.txt")).toMatchObject({ layout: "plain" });
    expect(await statOf(await build(["-Enoinline_data"]), "hello.txt")).toMatchObject({ layout: "plain" });
    expect(await statOf(await build(["--inode-form", "extended"]), "sub")).toMatchObject({
      inodeForm: "extended",
    });
    expect(await statOf(await build(["-E", "force-inode-compact"]), "sub")).toMatchObject({
      inodeForm: "compact",
    });
    expect(await statOf(await build(["-zlz4", "--legacy-index"]), "big.txt")).toMatchObject({
      layout: "compressed, full index",
    });
  });

  it("keeps an earlier image of its own out of the next one", async () => {
    const tree = join(folder, "self");
    mkdirSync(tree);
    writeFileSync(join(tree, "a"), "a");
    const image = join(tree, "self.erofs");
    for (let i = 0; i < 2; i++) await output(["build", "-q", "--workers", "0", "--no-sync", tree, image]);
    expect(await outputLines(["ls", image])).toEqual(["a"]);
  });

  it("replaces an image, or refuses to", async () => {
    const image = join(folder, "existing.erofs");
    writeFileSync(image, "old");
    const kept = await erofs(["build", "--keep-existing", source, image]);
    expect({ status: kept.status, text: readFileSync(image, "utf8") }).toEqual({ status: 1, text: "old" });
    expect(kept.stderr).toContain("exists already");
    await output(["build", "-q", "--workers", "0", "--no-sync", source, image]);
    expect(await output(["ls", image, "hello.txt"])).toBe("hello.txt\n");
  });

  it("shows progress when asked to, and takes it away again", async () => {
    const image = join(folder, "progress.erofs");
    const { stderr } = await erofs(["build", "--progress", "--workers", "0", "--no-sync", source, image]);
    expect(stderr.split("\n").at(-2)).toMatch(/progress\.erofs: 5 files/);
  });

  it.each([
    [["missing", "x.erofs"], /cannot read the source .*missing: no such file or directory/],
    [["source/hello.txt", "x.erofs"], /hello\.txt is not a directory/],
    [["source", "missing/x.erofs"], /missing': no such directory\n$/],
  ])("fails for %j and leaves nothing behind", async (names, message) => {
    const before = readdirSync(folder);
    const { status, stdout, stderr } = await erofs(["build", ...names.map((name) => join(folder, name))]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^erofs: [^\n]*\n$/);
    expect(stderr).toMatch(message);
    expect(readdirSync(folder)).toEqual(before);
  });

  it("follows a source that is a symlink", async () => {
    const link = join(folder, "to-source");
    symlinkSync("source", link);
    utimesSync(source, 1_700_000_000, 1_700_000_000);
    const image = join(folder, "linked.erofs");
    await output(["build", "-q", "--workers", "0", "--no-sync", link, image]);
    expect(await output(["ls", image, "hello.txt"])).toBe("hello.txt\n");
  });
});
