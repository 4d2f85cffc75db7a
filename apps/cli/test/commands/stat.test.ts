import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { isLinux, makeNode, setXattr } from "@erofs/linux";
import { describe, expect, it } from "vitest";

import { output } from "../command.ts";
import { createSample } from "../sample-tree.ts";

const sample = await createSample();

describe("erofs stat", () => {
  it("shows all attributes", async () => {
    const text = await output(["stat", sample.image, "hello.txt"]);
    expect(text).toMatch(/^Type: +file$/m);
    expect(text).toMatch(/^Mode: +04755 -rwsr-xr-x$/m);
    expect(text).toMatch(/^Links: +2$/m);
    expect(text).toMatch(/^Modified: +2023-11-14T22:13:20\.000000000Z$/m);
    expect(text).toMatch(/^Layout: +inline tail$/m);
  });

  it("shows links themselves unless told to follow", async () => {
    expect(await output(["stat", sample.image, "link"])).toMatch(/^Target: +hello\.txt$/m);
    expect(await output(["stat", "-L", sample.image, "link"])).toMatch(/^Type: +file$/m);
  });

  it("separates several by empty lines", async () => {
    const text = await output(["stat", sample.image, "hello.txt", "sub"]);
    expect(text.match(/^Path: /gm)).toHaveLength(2);
    expect(text.split("\n\n")).toHaveLength(2);
  });

  it("gives JSON", async () => {
    const [file, link] = JSON.parse(
      await output(["stat", "--json", sample.image, "big.txt", "link"]),
    ) as unknown[];
    expect(file).toMatchObject({ path: "big.txt", type: "file", mode: 0o100640, links: 1, xattrs: [] });
    expect(link).toMatchObject({ path: "link", type: "symlink", target: "hello.txt" });
  });
});

/** Builds an image of a new directory that `fill` fills. */
async function imageOf(name: string, fill: (directory: string) => void): Promise<string> {
  const directory = join(sample.folder, name);
  mkdirSync(directory);
  fill(directory);
  const image = join(sample.folder, `${name}.erofs`);
  await output(["build", "-q", "--workers", "0", "--no-sync", directory, image]);
  return image;
}

describe.runIf(isLinux)("on Linux, erofs stat", () => {
  it("shows extended attributes, as text where they are text", async () => {
    const image = await imageOf("xattrs", (directory) => {
      const file = join(directory, "file");
      writeFileSync(file, "");
      setXattr(file, "user.text", Buffer.from('one "two"'), false);
      setXattr(file, "user.bytes", Uint8Array.of(0, 255), false);
    });
    const text = await output(["stat", image, "file"]);
    expect(text).toMatch(/^Xattr: +user\.text = "one "two""$/m);
    expect(text).toMatch(/^Xattr: +user\.bytes = 0x00ff$/m);
    const [file] = JSON.parse(await output(["stat", "--json", image, "file"]));
    expect(file.xattrs).toContainEqual({ name: "user.bytes", valueBase64: "AP8=" });
  });

  it.runIf(process.getuid?.() === 0)("shows device numbers (as root, who can make devices)", async () => {
    const image = await imageOf("devices", (directory) => {
      makeNode(join(directory, "null"), 0o020666, 1, 3);
    });
    const text = await output(["stat", image, "null"]);
    expect(text).toMatch(/^Type: +character device$/m);
    expect(text).toMatch(/^Device: +1, 3$/m);
    expect(await output(["ls", "-l", image])).toContain("  1, 3  ");
    const [device] = JSON.parse(await output(["stat", "--json", image, "null"]));
    expect(device).toMatchObject({ type: "character device", device: { major: 1, minor: 3 } });
  });
});
