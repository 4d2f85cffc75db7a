import { describe, expect, it } from "vitest";

import { formatMinute } from "../../src/terminal/timestamp.ts";
import { erofs, output, outputLines } from "../command.ts";
import { createSample, hostileName } from "../sample-tree.ts";

const { image } = await createSample();
const rootNames = [".hidden", hostileName, "big.txt", "hello.txt", "link", "sub", "sub-link"];

describe("erofs ls", () => {
  it("lists names in byte order, quoted", async () => {
    expect(await outputLines(["ls", image])).toEqual(rootNames);
    expect(await output(["ls", image, "/"])).toBe(await output(["ls", image]));
    expect(await outputLines(["ls", image, "sub"])).toEqual(["deep", "hard"]);
    expect(await outputLines(["ls", image, "/sub/deep/"])).toEqual(["é.txt"]);
  });

  it("names things that are no directories", async () => {
    expect(await output(["ls", image, "hello.txt"])).toBe("hello.txt\n");
    expect(await output(["ls", image, "sub-link"])).toBe("sub-link\n");
    expect(await outputLines(["ls", "-L", image, "sub-link"])).toEqual(["deep", "hard"]);
    expect(await output(["ls", "-d", image, "sub"])).toBe("sub\n");
  });

  it("takes names in the form that it prints", async () => {
    expect(await output(["ls", image, hostileName])).toBe(`${hostileName}\n`);
  });

  it("lists several things, files first, under headings", async () => {
    expect(await outputLines(["ls", image, "sub", "hello.txt", "sub/deep"])).toEqual([
      "hello.txt",
      "",
      "sub:",
      "deep",
      "hard",
      "",
      "sub/deep:",
      "é.txt",
    ]);
  });

  it("lists trees as whole paths", async () => {
    expect(await outputLines(["ls", "-R", image, "sub"])).toEqual(["sub/deep", "sub/deep/é.txt", "sub/hard"]);
    expect(await outputLines(["ls", "-R", image])).toHaveLength(rootNames.length + 3);
  });

  it("shows attributes in columns", async () => {
    const time = formatMinute(1_700_000_000);
    const [deep, hard] = await outputLines(["ls", "-l", image, "sub"]);
    expect(deep).toMatch(new RegExp(`^drwxr-xr-x  2  0  0  \\d\\d  ${time}  deep$`));
    expect(hard).toBe(`-rwsr-xr-x  2  0  0   6  ${time}  hard`);
    expect(await output(["ls", "-l", image, "link"])).toMatch(/^lrwxrwxrwx  1 .*  link -> hello\.txt\n$/);
    expect(await output(["ls", "-l", "--human", image, "big.txt"])).toContain("1.10 MiB");
  });

  it("can show dots, slashes, node ids, raw names", async () => {
    expect(await outputLines(["ls", "-ap", image, "sub"])).toEqual(["./", "../", "deep/", "hard"]);
    expect(await output(["ls", "-i", image, "hello.txt"])).toMatch(/^\d+ hello\.txt\n$/);
    expect(await output(["ls", "-0", image, "sub"])).toBe("deep\0hard\0");
  });

  it("gives all attributes as JSON", async () => {
    const entries = JSON.parse(await output(["ls", "-R", "--json", image])) as Record<string, unknown>[];
    const byPath = new Map(entries.map((entry) => [entry["path"], entry]));
    expect(byPath.get("/hello.txt")).toMatchObject({
      type: "file",
      mode: 0o104755,
      links: 2,
      uid: 0,
      gid: 0,
      size: 6,
      mtime: 1_700_000_000,
      modified: "2023-11-14T22:13:20.000000000Z",
    });
    expect(byPath.get("/link")).toMatchObject({ type: "symlink", target: "hello.txt" });
    expect(byPath.get(`/${hostileName}`)).toMatchObject({ pathHex: "2f626164ff0a1b5b33316d6e616d65" });
    expect(JSON.parse(await output(["ls", "--json", image, "sub/deep"]))).toHaveLength(1);
  });

  it("colours on request, never in a pipe by itself", async () => {
    const { stdout } = await erofs(["ls", image, "sub"], { env: { FORCE_COLOR: "1" } });
    expect(stdout).toContain("\u001b[34mdeep\u001b[39m");
    expect(await output(["ls", image])).not.toContain("\u001b");
  });

  it.each([
    ["nothing", "nothing: no such file or directory"],
    ["hello.txt/more", "hello.txt/more: not a directory"],
  ])("fails for %s", async (path, message) => {
    const { status, stdout, stderr } = await erofs(["ls", image, path]);
    expect(stderr).toBe(`erofs: ${image}: ${message}\n`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  });
});
