import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { output } from "../command.ts";
import { createSample } from "../sample-tree.ts";

const builtCommand = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const bash = "/bin/bash";
const { image, folder } = await createSample();
const script = await output(["completion", "bash"]);

/** What bash offers when Tab is pressed behind the last of `words`. */
function complete(...words: string[]): string[] {
  const program = `
erofs() { "${process.execPath}" "${builtCommand}" "$@"; }
compopt() { :; }
${script}
COMP_WORDS=(erofs "$@")
COMP_CWORD=$#
_erofs
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync(bash, ["--norc", "-c", program, "bash", ...words], {
    cwd: folder,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.split("\n").filter((line) => line !== "");
}

describe.skipIf(!existsSync(bash))("bash completion", () => {
  it("offers commands", () => {
    expect(complete("")).toContain("build");
    expect(complete("in")).toEqual(["inspect"]);
    expect(complete("help", "ex")).toEqual(["extract"]);
  });

  it("offers the options of a command", () => {
    expect(complete("build", "--block")).toEqual(["--block-size"]);
    expect(complete("ls", "-")).toEqual(expect.arrayContaining(["-l", "--long", "--recursive", "--help"]));
    expect(complete("ls", "a", "--jso")).toEqual(["--json"]);
  });

  it("offers values where there is a choice", () => {
    expect(complete("build", "--inode-form", "")).toEqual(["auto", "compact", "extended"]);
    expect(complete("build", "--inode-form", "=", "ex")).toEqual(["extended"]);
    expect(complete("completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(complete("build", "--label", "")).toEqual([]);
  });

  it("offers files and directories", () => {
    expect(complete("ls", "")).toEqual(expect.arrayContaining(["sample.erofs", "source"]));
    expect(complete("build", "")).toEqual(["source"]);
    expect(complete("build", "-b", "4096", "source", "sa")).toEqual(["sample.erofs"]);
    expect(complete("build", "--exclude-from", "sa")).toEqual(["sample.erofs"]);
  });

  it("offers paths inside the image", () => {
    expect(complete("cat", image, "he")).toEqual(["hello.txt"]);
    expect(complete("ls", "-l", "sample.erofs", "hello.txt", "su")).toEqual(["sub/", "sub-link"]);
    expect(complete("stat", "sample.erofs", "/sub/")).toEqual(["/sub/deep/", "/sub/hard"]);
    expect(complete("cat", "no-image", "x")).toEqual([]);
  });
});
