import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { commandList } from "../../src/command-list.ts";
import { fishScript } from "../../src/completion/fish.ts";
import type { CommandModel } from "../../src/completion/model.ts";
import { zshScript } from "../../src/completion/zsh.ts";
import { output } from "../command.ts";
import { temporaryFolder } from "../sample-tree.ts";

const models: CommandModel[] = [
  {
    name: "paint",
    summary: "cover it's [surface]: all",
    options: [
      {
        short: "c",
        long: "color",
        value: { kind: "choices", choices: ["red", "blue"] },
        summary: "of it",
        repeatable: false,
      },
      { short: undefined, long: "layer", value: { kind: "file" }, summary: "one of many", repeatable: true },
      { short: "h", long: "help", value: undefined, summary: "print help", repeatable: false },
    ],
    arguments: [
      { name: "DIR", value: { kind: "directory" }, variadic: false },
      { name: "PATH", value: { kind: "imagePath" }, variadic: true },
    ],
  },
];

describe("zsh", () => {
  it("gives options to _arguments, texts escaped", () => {
    const script = zshScript(models);
    expect(script).toContain(String.raw`'paint:cover it'\''s \[surface\]\: all'`);
    expect(script).toContain("'(-c --color)'{-c+,--color=}'[of it]:value:(red blue)'");
    expect(script).toContain("'*--layer=[one of many]:value:_files'");
    expect(script).toContain("'(-h --help)'{-h,--help}'[print help]'");
    expect(script).toContain("'1:DIR:_files -/'");
    expect(script).toContain("'*:PATH:_erofs_paths'");
  });
});

describe("fish", () => {
  it("gives a line to each option and argument", () => {
    const script = fishScript(models);
    expect(script).toContain(String.raw`-a paint -d 'cover it\'s [surface]: all'`);
    expect(script).toContain("-s c -l color -x -a 'red blue' -d 'of it'");
    expect(script).toContain("-l layer -r -F -d 'one of many'");
    expect(script).toContain("test (__erofs_operands) -ge 1' -a '(__erofs_paths)'");
  });
});

describe.each([
  ["bash", ["--norc", "-n"]],
  ["zsh", ["-n"]],
  ["fish", ["--no-execute"]],
])("the script for %s", (shell, check) => {
  const missing = spawnSync(shell, ["--version"]).error !== undefined;
  const folder = temporaryFolder();

  it("knows every command", async () => {
    const script = await output(["completion", shell]);
    for (const { name } of commandList) expect(script).toContain(name);
    expect(script).toContain("block-size");
  });

  it.skipIf(missing)(`is taken by ${shell} without complaint`, async () => {
    const file = join(folder, shell);
    writeFileSync(file, await output(["completion", shell]));
    const { status, stderr } = spawnSync(shell, [...check, file], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
