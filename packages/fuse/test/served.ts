/** Servers in processes of their own, so that a test that fails leaves neither a thread that hangs nor a mount. */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { isMounted, until } from "./mounted.ts";

const built = fileURLToPath(new URL("../dist/index.js", import.meta.url));

/** Why nothing can be mounted here, if so. */
export const obstacle =
  process.getuid?.() !== 0
    ? "needs root"
    : !existsSync("/dev/fuse")
      ? "needs /dev/fuse"
      : !existsSync(built)
        ? "needs a build"
        : undefined;

/** The programs of the README, by the names in their first lines. */
function readmePrograms(): Map<string, string> {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  return new Map(
    [...readme.matchAll(/```js\n\/\/ (\w+\.mjs)(.*?)```/gs)].map(([, name, text]) => [name!, `//${text!}`]),
  );
}

/** Serves with options from its command line, and answers to two signals more. */
const program = `
import { mount, unmountOnSignals } from "@erofs/fuse";
const options = JSON.parse(process.argv[2]);
const fail = (error) => { console.error(error.code, error.message); process.exit(1); };
const mounted = await mount({ ...options, onFault: console.error }).catch(fail);
unmountOnSignals(mounted, fail);
process.on("SIGUSR1", () => process.exit(7));
process.on("SIGUSR2", () => { throw new Error("thrown"); });
process.on("SIGWINCH", () => mounted.unmount().catch((error) => console.log(error.code)));
console.log("ready");
await mounted.ended;
console.log("ended");
`;

/** A file system of files that make trouble, each its own. */
const troubles = `
const names = ["large", "slow", "broken", "dying"];
const sizes = [3_000_001, 1, 10, 10];
const attributes = (node) => ({
  ino: node, mode: node === 1 ? 0o40755 : 0o100444, nlink: 1, uid: 0, gid: 0, blocks: 0, rdev: 0, blockSize: 4096,
  size: node === 1 ? 0 : sizes[node - 2], mtime: 0, mtimeNsec: 0,
});
export const byteAt = (offset) => (offset * 7 + (offset >> 12)) & 255;
export const createFileSystem = (data) => ({
  attributes,
  lookup(parent, name) {
    const node = names.indexOf(name) + 2;
    return node === 1 ? undefined : { node, attributes: attributes(node) };
  },
  readdir(node, position, add) {
    for (let i = position; i < names.length; i++) {
      if (!add({ name: names[i], node: i + 2, ino: i + 2, type: 8, next: i + 1 })) return;
    }
  },
  read(node, offset, target) {
    if (node === 4) throw new Error("a bug");
    if (node === 5) process.exit(9);
    if (node === 3) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
    const length = Math.min(target.length, Math.max(0, sizes[node - 2] - offset));
    for (let i = 0; i < length; i++) target[i] = byteAt(offset + i);
    return length;
  },
});
`;

export interface Served {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it has written so far, to either output. */
  output(): string;
  /** Resolves with its exit code or signal; kills it after a while. */
  exited(): Promise<number | string>;
}

export interface Bench {
  /** Folder of the programs: `hello.mjs`, `mount.mjs` of the README, `serve.mjs`, `troubles.mjs`. */
  folder: string;
  /** A new directory to mount on. */
  mountpoint(): string;
  /** Starts `serve.mjs`, or another program with these arguments, and waits until it has mounted, or has ended. */
  serve(
    options: { directory: string; module?: string; [name: string]: unknown },
    wrap?: readonly string[],
  ): Promise<Served>;
  start(command: readonly string[]): Served;
}

/** For the tests of a `describe`. All that is still there at its end is killed and unmounted. */
export function bench(): Bench {
  const started: Served[] = [];
  const mountpoints: string[] = [];
  const self: Bench = {
    folder: "",
    mountpoint() {
      const path = join(self.folder, `mount-${mountpoints.length}`);
      mkdirSync(path);
      mountpoints.push(path);
      return path;
    },
    async serve({ module = "troubles.mjs", ...options }, wrap = []) {
      const url = pathToFileURL(join(self.folder, module)).href;
      const served = self.start([
        ...wrap,
        process.execPath,
        join(self.folder, "serve.mjs"),
        JSON.stringify({ ...options, module: url }),
      ]);
      await until(() => served.output() !== "" || served.child.exitCode !== null);
      return served;
    },
    start([command, ...args]) {
      const child = spawn(command!, args, { stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => void (output += data));
      const closed = new Promise<number | string>((resolve) => {
        child.on("exit", (code, signal) => resolve(code ?? signal ?? "?"));
      });
      const served: Served = {
        child,
        pid: child.pid!,
        output: () => output,
        async exited() {
          const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
          const end = await closed;
          clearTimeout(timer);
          return end;
        },
      };
      started.push(served);
      return served;
    },
  };
  beforeAll(() => {
    self.folder = mkdtempSync(join(tmpdir(), "erofs-fuse-"));
    const programs = readmePrograms();
    programs.set("serve.mjs", program);
    programs.set("troubles.mjs", troubles);
    for (const [name, text] of programs) {
      writeFileSync(
        join(self.folder, name),
        text.replace('"@erofs/fuse"', JSON.stringify(pathToFileURL(built).href)),
      );
    }
  });
  afterAll(async () => {
    for (const { child } of started) child.kill("SIGKILL");
    for (const path of mountpoints) while (isMounted(path)) spawnSync("umount", ["-l", path]);
    await sleep(200);
    rmSync(self.folder, { recursive: true, force: true });
  });
  return self;
}

/** A client in a process of its own, which is killed when it waits for ever: its output, or its error's. */
export function client(
  command: string,
  ...args: readonly string[]
): Promise<{ failed: boolean; text: string }> {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { timeout: 20_000, killSignal: "SIGKILL", maxBuffer: 1 << 26, encoding: "latin1" },
      (error, out, err) => resolve({ failed: error !== null, text: error === null ? out : err }),
    );
  });
}

/** Processes whose command line has this text: those that wait in the background, too. */
export function processesWith(text: string): string[] {
  return spawnSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .stdout.split("\n")
    .filter((line) => line.includes(text));
}

/** Closes a file whose server may be gone, which close(2) tells. */
export function closeAnyhow(file: number): void {
  try {
    closeSync(file);
  } catch {
    // It is closed all the same.
  }
}
