import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { erofs } from "../command.ts";
import { bigText, createSample } from "../sample-tree.ts";

const { folder, source, image } = await createSample();
let count = 0;

/** A directory that does not exist yet. */
function newTarget(): string {
  return join(folder, `extracted-${++count}`);
}

/** Everything below a directory, as `find` would name it. */
function namesIn(directory: string): string[] {
  return (readdirSync(directory, { recursive: true }) as string[]).toSorted();
}

describe("erofs extract", () => {
  it("brings the tree back", async () => {
    const target = newTarget();
    const { status, stdout, stderr } = await erofs(["extract", image, target]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    expect(stderr).toMatch(/extracted-\d+: 5 files, 3 directories; 1\.10 MiB in \d+\.\d\d s\n$/);
    expect(namesIn(target)).toEqual(namesIn(source));
    expect(readFileSync(join(target, "big.txt"), "utf8")).toBe(bigText);
    expect(readlinkSync(join(target, "link"))).toBe("hello.txt");
    const file = lstatSync(join(target, "hello.txt"));
    expect(file.mode & 0o7777).toBe(0o4755);
    expect(file.mtimeMs).toBe(1_700_000_000_000);
    expect(lstatSync(join(target, "sub/hard")).ino).toBe(file.ino);
    expect(statSync(join(target, "sub")).mtimeMs).toBe(1_700_000_000_000);
  });

  it("takes paths out, at their places", async () => {
    const target = newTarget();
    expect(await erofs(["extract", "-q", image, target, "/sub/deep", "link"])).toMatchObject({
      status: 0,
      stderr: "",
    });
    expect(namesIn(target)).toEqual(["link", "sub", "sub/deep", "sub/deep/é.txt"]);
  });

  it("takes out what matches", async () => {
    const names = newTarget();
    await erofs(["extract", "-q", "--match", "*.txt", image, names]);
    expect(namesIn(names)).toEqual(["big.txt", "hello.txt", "sub", "sub/deep", "sub/deep/é.txt"]);
    const paths = newTarget();
    await erofs(["extract", "-q", "--match", "sub/*", "--match", "big*", image, paths]);
    expect(namesIn(paths)).toEqual(["big.txt", "sub", "sub/deep", "sub/deep/é.txt", "sub/hard"]);
  });

  it("tells programs what it did", async () => {
    const { stdout, stderr } = await erofs(["extract", "--json", image, newTarget()]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      files: 5,
      directories: 3,
      symlinks: 2,
      hardLinks: 1,
      warnings: [],
    });
  });

  it("leaves alone what is there, unless told to replace it", async () => {
    const target = newTarget();
    mkdirSync(target);
    writeFileSync(join(target, "hello.txt"), "mine");
    const { status, stderr } = await erofs(["extract", image, `${target}/`]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `erofs: the target ${target} is not empty; --overwrite allows that\n`,
    });
    expect(readFileSync(join(target, "hello.txt"), "utf8")).toBe("mine");
    expect((await erofs(["extract", "--overwrite", "-q", image, target])).status).toBe(0);
    expect(readFileSync(join(target, "hello.txt"), "utf8")).toBe("hello\n");
  });

  it("makes nothing for a path that is not there", async () => {
    const target = newTarget();
    const { status, stderr } = await erofs(["extract", image, target, "sub", "nothing"]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `erofs: ${image}: nothing: no such file or directory\n`,
    });
    expect(existsSync(target)).toBe(false);
  });

  it("refuses a target that is a file", async () => {
    const { status, stderr } = await erofs(["extract", image, join(source, "hello.txt")]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^erofs: .*hello\.txt: not a directory \(ENOTDIR\)\n$/);
  });

  it("wants a file, not an address", async () => {
    const { status, stderr } = await erofs(["extract", "https://example.org/a.erofs", newTarget()]);
    expect(status).toBe(2);
    expect(stderr).toContain("download it first");
  });

  it("goes on after damage when told to", async () => {
    const bytes = readFileSync(image);
    const { extents } = JSON.parse((await erofs(["inspect", "--json", image, "big.txt"])).stdout)[0];
    const cut = join(folder, "cut.erofs");
    writeFileSync(cut, bytes.subarray(0, extents[0].physical.offset + 8192));
    const target = newTarget();
    const { status, stderr } = await erofs(["extract", "--keep-going", cut, target]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^erofs: \S+cut\.erofs: big\.txt: .*\n\S+: 4 files, .*; 1 thing could not be extracted\n$/,
    );
    expect(readFileSync(join(target, "hello.txt"), "utf8")).toBe("hello\n");
  });
});
