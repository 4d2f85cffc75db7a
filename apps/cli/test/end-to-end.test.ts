import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createSample } from "./sample-tree.ts";

// What needs a process of its own: pipes, signals, exit codes. `pnpm test` builds before it tests.
const builtCommand = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const { image, source, folder } = await createSample();

/** Runs a line of bash in which `erofs` is the built command and `$image` the sample. */
function shell(script: string): { status: number | null; stdout: string; stderr: string } {
  const prelude = `erofs() { "${process.execPath}" "${builtCommand}" "$@"; }`;
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-c", `${prelude}\n${script}`], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], image, source, folder },
  });
  return { status, stdout, stderr };
}

beforeAll(() => {
  if (!existsSync(builtCommand)) throw new Error(`${builtCommand} is not built`);
});

describe("the process", () => {
  it("passes exit codes on", () => {
    expect(shell("erofs ls $image sub")).toEqual({ status: 0, stdout: "deep\nhard\n", stderr: "" });
    expect(shell("erofs ls $image nothing").status).toBe(1);
    expect(shell("erofs ls --nothing").status).toBe(2);
  });

  it("ends in silence when nobody reads on", () => {
    const script = `erofs cat $image big.txt | head -n 1; echo "\${PIPESTATUS[0]}"`;
    expect(shell(script)).toEqual({ status: 0, stdout: "0\n0\n", stderr: "" });
  });

  it.runIf(existsSync("/dev/full"))("fails when the output is full", () => {
    expect(shell("erofs ls $image > /dev/full")).toEqual({
      status: 1,
      stdout: "",
      stderr: "erofs: cannot write the output: write: no space left on device\n",
    });
  });

  it("builds with threads, the same bytes as without", () => {
    const built = shell("erofs build --quiet --all-root --workers 2 $source $folder/threads.erofs");
    expect(built).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(readFileSync(join(folder, "threads.erofs")).equals(readFileSync(image))).toBe(true);
  });

  it("uses compressors of packages and files on all threads, and ends whatever they leave behind", () => {
    const plugin = join(folder, "node_modules/erofs-steps");
    mkdirSync(plugin, { recursive: true });
    writeFileSync(
      join(plugin, "package.json"),
      JSON.stringify({ name: "erofs-steps", type: "module", exports: { import: "./index.js" } }),
    );
    const steps = readFileSync(fileURLToPath(new URL("plugins/sparse.mjs", import.meta.url)), "utf8");
    writeFileSync(join(plugin, "index.js"), `${steps}\nsetInterval(() => {}, 1000);`);
    writeFileSync(join(folder, "steps #1.mjs"), steps);
    writeFileSync(
      join(source, "ramps"),
      Uint8Array.from({ length: 100_000 }, (_, i) => i),
    );
    const built = shell(`cd $folder
      erofs build --quiet --workers 2 -z erofs-steps source package.erofs || exit
      erofs build --quiet --workers 0 -z "./steps #1.mjs" source file.erofs || exit
      cmp package.erofs file.erofs && erofs check --quiet --compressor erofs-steps package.erofs`);
    rmSync(join(source, "ramps"));
    expect(built).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it.each([
    [
      "ends the process when loaded",
      "process.exit(0);",
      "",
      "compressor './stray.mjs' cannot be loaded: it called process.exit",
    ],
    [
      "goes elsewhere",
      'process.chdir("/");',
      "",
      "compressor './stray.mjs' cannot be loaded: it called process.chdir",
    ],
    [
      "ends the process when called",
      "",
      "process.exit(0);",
      "compressor stray failed to encode: it called process.exit, at big.txt",
    ],
    [
      "throws when nobody asks",
      'setTimeout(() => { throw new Error("a\\nb"); });',
      "",
      "compressor ./stray.mjs threw an error outside of its calls: a\\nb",
    ],
    [
      "never comes back",
      "",
      "",
      "the process ended before the work was done: was it compressor ./stray.mjs?",
    ],
  ])("is not led astray by a compressor that %s", (_, loaded, called, message) => {
    const create = message.includes("was it")
      ? "new Promise(() => {})"
      : `({ encode() { ${called} return { consumed: 0, produced: 0 }; } })`;
    writeFileSync(
      join(folder, "stray.mjs"),
      `${loaded}
      export const stray = { name: "stray", algorithm: 2, createEncoder: () => ${create},
        config: () => Uint8Array.of(15, 0, 0, 0, 0, 0) };`,
    );
    const built = shell(`cd $folder; erofs build --workers 0 -z ./stray.mjs source stray.erofs`);
    expect(built).toEqual({ status: 1, stdout: "", stderr: `erofs: ${message}\n` });
    expect(existsSync(join(folder, "stray.erofs"))).toBe(false);
  });

  it("keeps stdout from compressors", () => {
    const steps = readFileSync(fileURLToPath(new URL("plugins/sparse.mjs", import.meta.url)), "utf8");
    writeFileSync(join(folder, "noisy.mjs"), `console.log("noise");\n${steps}`);
    const { status, stdout } = shell(
      `cd $folder; erofs build --json --workers 1 -z ./noisy.mjs source noisy.erofs`,
    );
    expect({ status, source: JSON.parse(stdout).files > 0 }).toEqual({ status: 0, source: true });
  });

  it.runIf(process.platform === "linux")("does not wait for a fifo or read from a pipe", () => {
    const message = "is neither a file nor a block device, an image must be one";
    const fifo = shell(
      `mkfifo $folder/pipe; timeout 10 "${process.execPath}" "${builtCommand}" ls $folder/pipe`,
    );
    expect(fifo).toMatchObject({ status: 1, stdout: "" });
    expect(fifo.stderr).toContain(`/pipe: ${message}`);
    expect(shell("cat $image | erofs ls /dev/stdin").stderr).toBe(`erofs: /dev/stdin: ${message}\n`);
  });

  it.runIf(process.platform === "linux")("refuses a path that Node has mangled", () => {
    const { status, stderr } = shell(
      `erofs extract $image "$folder/$(printf 'a\\377b')"; ls $folder >&2; false`,
    );
    expect(status).toBe(1);
    expect(stderr).toContain("is not UTF-8");
    expect(readdirSync(folder).some((name) => name.startsWith("a"))).toBe(false);
  });

  it.each([
    ["SIGINT", 130, 1],
    ["SIGINT", 130, 2],
    ["SIGTERM", 143, 1],
    ["SIGHUP", 129, 1],
  ] as const)("leaves nothing behind when it gets %s, exiting with %i", async (signal, code, times) => {
    const tree = join(folder, "noise");
    mkdirSync(tree, { recursive: true });
    // Noise is what takes longest to compress.
    for (let i = 0; i < 16; i++) writeFileSync(join(tree, `${i}`), randomBytes(4 << 20));
    const before = readdirSync(folder);
    const child = spawn(process.execPath, [
      builtCommand,
      "build",
      "-zlz4hc,12",
      tree,
      join(folder, "noise.erofs"),
    ]);
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const status = new Promise((resolve) => child.on("close", resolve));
    const watch = setInterval(() => {
      if (readdirSync(folder).length === before.length) return;
      clearInterval(watch);
      child.kill(signal);
      // A package manager in front of the command passes on what the terminal has sent to both.
      if (times === 2) setTimeout(() => child.kill(signal), 10);
    }, 5);
    expect(await status).toBe(code);
    clearInterval(watch);
    expect(stderr).toBe("erofs: interrupted\n");
    expect(readdirSync(folder)).toEqual(before);
  });

  it("ends a check at once when it gets SIGINT, whatever its threads are at", async () => {
    const sparse = readFileSync(fileURLToPath(new URL("plugins/sparse.mjs", import.meta.url)), "utf8");
    const tree = join(folder, "ramps");
    mkdirSync(tree);
    writeFileSync(
      join(tree, "ramp"),
      Uint8Array.from({ length: 100_000 }, (_, i) => i),
    );
    writeFileSync(join(folder, "forever.mjs"), sparse.replace("let at = 0;", "for (;;) console.error(1);"));
    const build = `erofs build --quiet --no-verify --workers 0 -z ./forever.mjs ramps forever.erofs`;
    expect(shell(`cd $folder; ${build}`)).toEqual({ status: 0, stdout: "", stderr: "" });
    const args = ["check", "--workers", "3", "--compressor", "./forever.mjs", "forever.erofs"];
    const child = spawn(process.execPath, [builtCommand, ...args], { cwd: folder });
    const ended = new Promise((resolve) =>
      child.on("close", (status, signal) => resolve({ status, signal })),
    );
    child.stderr.once("data", () => child.kill("SIGINT"));
    // What a shell takes for 130.
    expect(await ended).toEqual({ status: null, signal: "SIGINT" });
  });
});

describe("images on a web server", () => {
  let server: Server;
  let url = "";

  beforeAll(async () => {
    const bytes = Buffer.concat([Buffer.alloc(512), readFileSync(image)]);
    server = createServer((request, response) => {
      const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
      const start = Number(match?.[1]);
      const end = Math.min(Number(match?.[2]) + 1, bytes.length);
      response.writeHead(206, { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` });
      response.end(bytes.subarray(start, end));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/image`;
  });

  afterAll(() => server.close());

  function remote(args: readonly string[]): Promise<{ status: number | null; text: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [builtCommand, ...args], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      child.on("close", (status) => resolve({ status, text }));
    });
  }

  it("are read as files are, an offset included", async () => {
    expect(await remote(["cat", "--offset", "512", url, "sub/hard"])).toEqual({ status: 0, text: "hello\n" });
    const local = shell("erofs ls -lR $image").stdout;
    const { text } = await remote(["ls", "-lR", "--offset", "512", url]);
    expect(text.split("\n").length).toBe(local.split("\n").length);
  });
});
