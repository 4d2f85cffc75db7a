import { describe, expect, it } from "vitest";

import { output } from "../command.ts";
import { createSample } from "../sample-tree.ts";

const { image } = await createSample();

describe("erofs stat", () => {
  it("shows all attributes", async () => {
    const text = await output(["stat", image, "hello.txt"]);
    expect(text).toMatch(/^Type: +file$/m);
    expect(text).toMatch(/^Mode: +04755 -rwsr-xr-x$/m);
    expect(text).toMatch(/^Links: +2$/m);
    expect(text).toMatch(/^Modified: +2023-11-14T22:13:20\.000000000Z$/m);
    expect(text).toMatch(/^Layout: +inline tail$/m);
  });

  it("shows links themselves unless told to follow", async () => {
    expect(await output(["stat", image, "link"])).toMatch(/^Target: +hello\.txt$/m);
    expect(await output(["stat", "-L", image, "link"])).toMatch(/^Type: +file$/m);
  });

  it("separates several by empty lines", async () => {
    const text = await output(["stat", image, "hello.txt", "sub"]);
    expect(text.match(/^Path: /gm)).toHaveLength(2);
    expect(text.split("\n\n")).toHaveLength(2);
  });

  it("gives JSON", async () => {
    const [file, link] = JSON.parse(await output(["stat", "--json", image, "big.txt", "link"])) as unknown[];
    expect(file).toMatchObject({ path: "big.txt", type: "file", mode: 0o100640, links: 1, xattrs: [] });
    expect(link).toMatchObject({ path: "link", type: "symlink", target: "hello.txt" });
  });
});
