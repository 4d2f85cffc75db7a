import { describe, expect, it } from "vitest";

import { commandList } from "../src/command-list.ts";
import { run } from "../src/run.ts";
import { Capture } from "./capture.ts";
import { erofs, output } from "./command.ts";

const names = commandList.map(({ name }) => name);

describe("erofs --help", () => {
  it("lists every command and the exit codes on stdout", async () => {
    const help = await output(["--help"]);
    for (const name of names) expect(help).toMatch(new RegExp(`^  ${name} `, "m"));
    expect(help).toMatch(/^Exit codes:$/m);
    expect(await output(["help"])).toBe(help);
  });

  it.each(names)("explains %s", async (name) => {
    const help = await output([name, "--help"]);
    expect(help).toContain(`Usage: erofs ${name} [options]`);
    expect(await output(["help", name])).toBe(help);
  });
});

it("prints its version", async () => {
  expect(await output(["--version"])).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  expect(await output(["-V"])).toMatch(/^\d/);
});

it("prints the help on stderr when there is nothing to do", async () => {
  const { status, stdout, stderr } = await erofs([]);
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("Usage: erofs");
});

describe("bad usage ends with 2 and one line that names the culprit", () => {
  it.each([
    [["frobnicate"], "unknown command 'frobnicate'; try 'erofs --help'"],
    [["help", "frobnicate"], "unknown command 'frobnicate'; try 'erofs --help'"],
    [
      ["ls", "--device", "part", "http://host/image"],
      "'--device <FILE>': IMAGE is on the web, 'part' is no http",
    ],
    [["ls", "--device", "http://host/part", "image"], "IMAGE is in a file, 'http://host/part' is on the web"],
    [["biuld"], "unknown command 'biuld' (Did you mean build?); try 'erofs --help'"],
    [["--frob"], "unknown option '--frob'; try 'erofs --help'"],
    [["ls"], "missing required argument 'IMAGE'; try 'erofs ls --help'"],
    [["ls", "--lnog", "a"], "unknown option '--lnog' (Did you mean --long?); try 'erofs ls --help'"],
    [["cat", "a"], "missing required argument 'PATH'; try 'erofs cat --help'"],
    [["ls", "--offset", "far", "a"], "option '--offset <SIZE>' argument 'far' is invalid"],
    [["ls", "--offset"], "option '--offset <SIZE>' argument missing"],
    [["check", "a", "b"], "too many arguments for 'check'"],
    [["completion", "csh"], "'csh' is invalid for argument 'SHELL'"],
    [
      ["build", "-b", "3", "a", "b"],
      "'-b, --block-size <SIZE>' argument '3' is invalid. Expected a power of two",
    ],
    [["build", "-b1000", "a", "b"], "'-b, --block-size <SIZE>' argument '1000' is invalid"],
    [
      ["build", "-C", "3000", "a", "b"],
      "'-C, --pcluster-size <SIZE>': 3000 is not a multiple of the block size 4096",
    ],
    [["build", "-C2M", "a", "b"], "'-C, --pcluster-size <SIZE>': 2097152 is above 1 MiB"],
    [
      ["build", "-b512", "-C256K", "-zlz4", "a", "b"],
      "'-C, --pcluster-size <SIZE>': 262144 has more than 256 blocks of 512",
    ],
    [["build", "-zsnappy", "a", "b"], "there is no compressor 'snappy': included are lz4, "],
    [
      ["build", "-zlz4hc,99", "a", "b"],
      "'-z, --compress <NAME[,OPTION...]>': lz4hc: level 99 is not between ",
    ],
    [["build", "-zlz4,dictsize=1M", "a", "b"], "lz4 takes no dictsize"],
    [["build", "-zlz4,3", "a", "b"], "lz4 has no levels"],
    [["build", "-zlz4,x=1", "a", "b"], 'unknown option "x"'],
    [["build", "-L", "a label far too long", "a", "b"], "'-L, --label <TEXT>' argument"],
    [["build", "-U", "nobody", "a", "b"], "'-U, --uuid <UUID>' argument 'nobody' is invalid"],
    [["build", "-T", "now", "a", "b"], "'-T, --fixed-time <SECONDS>' argument 'now' is invalid"],
    [["build", "--workers", "-1", "a", "b"], "'--workers <N>' argument '-1' is invalid"],
    [["build", "--inode-form", "big", "a", "b"], "Allowed choices are auto, compact, extended"],
    [
      ["build", "--all-root", "--force-uid", "5", "a", "b"],
      "'--all-root' cannot be used with option '--force-uid",
    ],
    [["build", "-Efrob", "a", "b"], "Unknown word 'frob', known are noinline_data"],
  ])("%j", async (args, message) => {
    const { status, stdout, stderr } = await erofs(args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^erofs: [^\n]*; try 'erofs[^\n]*--help'\n$/);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });
});

it("shows a stack on request only", async () => {
  const stderrOf = async (args: string[], env = {}) => (await erofs(args, { env })).stderr;
  expect(await stderrOf(["ls", "/nonexistent"])).toBe("erofs: '/nonexistent': no such file or directory\n");
  expect(await stderrOf(["ls", "--debug", "/nonexistent"])).toMatch(/\n {4}at /);
  expect(await stderrOf(["ls", "/nonexistent"], { EROFS_DEBUG: "1" })).toMatch(/\n {4}at /);
});

it("tells when help could not be printed, unless nobody reads it", async () => {
  const stdout = new Capture();
  const stderr = new Capture();
  stdout.failure = new Error("no space left");
  expect(await run(["--help"], { stdout, stderr, env: {} })).toBe(1);
  expect(stderr.text).toBe("erofs: cannot write the output: no space left\n");
  stdout.failure = Object.assign(new Error("broken pipe"), { code: "EPIPE" });
  expect(await run(["--help"], { stdout, stderr: new Capture(), env: {} })).toBe(0);
});
