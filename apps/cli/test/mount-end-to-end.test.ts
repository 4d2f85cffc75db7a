import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { readMountTable } from "@erofs/linux";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { erofs } from "./command.ts";
import { bigText, createSample } from "./sample-tree.ts";

// Mounts are served by processes of their own, and used by commands of their own: nothing here waits for itself.
const builtCommand = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const { image, source, folder } = await createSample();
const target = join(folder, "mnt");
const image16 = join(folder, "16k.erofs");
const padded = join(folder, "padded.erofs");

const isRoot = process.getuid?.() === 0;
const knows = (type: string): boolean =>
  existsSync("/proc/filesystems") && readFileSync("/proc/filesystems", "utf8").split(/\s+/).includes(type);
const hasFuse = isRoot && existsSync("/dev/fuse");
const hasKernel = isRoot && knows("erofs");

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program that has a minute to end. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = {
      timeout: 60_000,
      killSignal: "SIGKILL",
      env: { ...process.env, XDG_CACHE_HOME: join(folder, "cache"), ...env },
    } as const;
    const child = execFile(program, args, options, (_error, stdout, stderr) => {
      resolve({ status: child.exitCode, stdout, stderr });
    });
  });
}

function command(...args: readonly string[]): Promise<Outcome> {
  return run(process.execPath, [builtCommand, ...args]);
}

interface Listed {
  readonly image: string;
  readonly by: string;
  readonly state: string;
  readonly pid?: number;
}

/** What `erofs mount --list` says of the target. */
async function listed(): Promise<Listed[]> {
  const { stdout } = await command("mount", "--list", "--json");
  return (JSON.parse(stdout) as (Listed & { directory: string })[]).filter(
    ({ directory }) => directory === target,
  );
}

function isMounted(): boolean {
  return readMountTable().some((entry) => entry.target === target);
}

/** The process is gone, or nobody but its parent's waiting for it is left. */
function hasEnded(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return true;
  }
}

/** Whether something comes to be so before long. */
async function comesTrue(isSo: () => boolean): Promise<boolean> {
  for (let i = 0; i < 200 && !isSo(); i++) await sleep(50);
  return isSo();
}

beforeAll(async () => {
  if (!existsSync(builtCommand)) throw new Error(`${builtCommand} is not built`);
  mkdirSync(target);
  const built = await erofs(["build", "--quiet", "-b", "16384", "-zlz4", source, image16]);
  if (built.status !== 0) throw new Error(built.stderr);
  writeFileSync(padded, Buffer.concat([Buffer.alloc(512), readFileSync(image)]));
});

afterEach(() => {
  while (process.platform === "linux" && isMounted()) spawnSync("umount", ["-l", target]);
});

describe.skipIf(!hasKernel)("erofs mount by the kernel (needs root and its EROFS)", () => {
  it("is what root gets, and umount undoes", async () => {
    const mounted = await command("mount", image, target);
    expect(mounted).toEqual({
      status: 0,
      stdout: "",
      stderr: `${image}: mounted on ${target} by the kernel\n`,
    });
    expect(await readFile(join(target, "big.txt"), "utf8")).toBe(bigText);
    expect(await listed()).toMatchObject([{ image, by: "kernel", state: "ok" }]);
    const again = await command("mount", image, target);
    expect(again).toMatchObject({ status: 1, stderr: `erofs: ${image}: is mounted on ${target} already\n` });
    expect(await command("umount", target)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(isMounted()).toBe(false);
  });

  it("goes through a loop device where it must, which goes with the mount", async (context) => {
    if (!existsSync("/dev/loop-control")) return context.skip("there are no loop devices");
    const words = "nosuid,noexec,cache_strategy=disabled";
    expect(await command("mount", "-q", "--kernel", "--offset", "512", "-o", words, padded, target)).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
    const entry = readMountTable().find((each) => each.target === target)!;
    expect(entry.source).toMatch(/^\/dev\/loop\d+$/);
    expect(entry.options).toEqual(expect.arrayContaining(["ro", "nosuid", "noexec"]));
    expect(entry.superOptions).toContain("cache_strategy=disabled");
    expect(await readFile(join(target, "hello.txt"), "utf8")).toBe("hello\n");
    expect(await listed()).toMatchObject([{ image: padded }]);
    expect((await command("umount", target)).status).toBe(0);
    const backing = `/sys/block/${entry.source.slice("/dev/".length)}/loop/backing_file`;
    expect(
      await comesTrue(() => !existsSync(backing) || readFileSync(backing, "utf8") !== `${padded}\n`),
    ).toBe(true);
  });

  it("is not for what it cannot mount", async () => {
    const { status, stderr } = await command("mount", "--kernel", image16, target);
    expect(stderr).toContain("the kernel cannot mount it: it has blocks of 16384 bytes");
    expect(status).toBe(1);
    expect(isMounted()).toBe(false);
  });
});

const mkfs = process.env["EROFS_MKFS"] ?? "mkfs.erofs";
const hasMkfs = spawnSync(mkfs, ["--help"]).status === 0;

describe.skipIf(!hasKernel || !hasFuse || !hasMkfs)(
  "erofs mount with devices (needs root and mkfs.erofs)",
  () => {
    const withBlob = join(folder, "blob.erofs");
    const blob = join(folder, "blob,1=x");

    beforeAll(() => {
      // mkfs.erofs itself knows no such names.
      const made = spawnSync(mkfs, [
        "--chunksize=4096",
        `--blobdev=${join(folder, "blob")}`,
        withBlob,
        source,
      ]);
      if (made.status !== 0) throw new Error(String(made.stderr));
      renameSync(join(folder, "blob"), blob);
    });

    it.each(["--kernel", "--fuse"])("gives them to %s", async (via) => {
      expect((await command("mount", via, "--device", blob, withBlob, target)).stderr).toContain(
        "mounted on",
      );
      expect(await readFile(join(target, "big.txt"), "utf8")).toBe(bigText);
      expect((await command("umount", target)).status).toBe(0);
    });

    it("misses them", async () => {
      const { status, stderr } = await command("mount", withBlob, target);
      expect(stderr).toContain("device 1 (without a tag) is missing: --device FILE");
      expect(status).toBe(1);
    });
  },
);

describe.skipIf(!hasFuse)("erofs mount by FUSE (needs root and /dev/fuse)", () => {
  it("is for images that the kernel refuses, and umount waits for the end of the server", async () => {
    const { status, stderr } = await command("mount", image16, target);
    expect(stderr).toMatch(/ by FUSE, process \d+; not by the kernel: it has blocks of 16384 bytes/);
    expect(status).toBe(0);
    expect(await readFile(join(target, "big.txt"), "utf8")).toBe(bigText);
    const [mount] = await listed();
    expect(mount).toMatchObject({ image: image16, by: "fuse", state: "ok", pid: expect.any(Number) });
    expect(await command("umount", target)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(hasEnded(mount!.pid!)).toBe(true);
    expect(isMounted()).toBe(false);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("serves in the foreground until %s", async (signal) => {
    const child = spawn(process.execPath, [builtCommand, "mount", "--foreground", image, target]);
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    expect(await comesTrue(() => stderr.endsWith("by FUSE, this process\n"))).toBe(true);
    expect(await readFile(join(target, "hello.txt"), "utf8")).toBe("hello\n");
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(isMounted()).toBe(false);
  });

  async function withUser(work: (user: ChildProcess) => Promise<void>): Promise<void> {
    const user = spawn("sleep", ["100"], { cwd: target, stdio: "ignore" });
    await once(user, "spawn");
    await work(user);
    user.kill("SIGKILL");
  }

  it("lets nobody take away what is in use, but lazily", async () => {
    await command("mount", "--fuse", image, target);
    const pid = (await listed())[0]!.pid!;
    await withUser(async () => {
      const { status, stderr } = await command("umount", target);
      expect(stderr).toBe(`erofs: ${target}: is in use; --lazy takes it away once nobody uses it any more\n`);
      expect(status).toBe(1);
      expect((await command("umount", "--lazy", target)).status).toBe(0);
      expect(isMounted()).toBe(false);
      expect(hasEnded(pid)).toBe(false);
    });
    expect(await comesTrue(() => hasEnded(pid))).toBe(true);
  });

  it("lists and takes away what does not answer", async () => {
    await command("mount", "--fuse", image, target);
    const pid = (await listed())[0]!.pid!;
    process.kill(pid, "SIGSTOP");
    expect(await listed()).toMatchObject([{ state: "silent", pid }]);
    const { stdout } = await command("mount", "--list");
    expect(stdout).toContain("its server does not answer");
    expect((await command("umount", "--force", target)).status).toBe(0);
    expect(isMounted()).toBe(false);
    expect(hasEnded(pid)).toBe(true);
  });

  it("leaves no mount behind when it is killed", async () => {
    await command("mount", "--fuse", image, target);
    process.kill((await listed())[0]!.pid!, "SIGKILL");
    expect(await comesTrue(() => !isMounted())).toBe(true);
  });

  it("says what is wrong, and mounts nothing", async () => {
    const damaged = join(folder, "damaged.erofs");
    const bytes = readFileSync(image);
    bytes.write("tampered", 1024 + 0x40);
    writeFileSync(damaged, bytes);
    const { status, stderr } = await command("mount", "--fuse", damaged, target);
    expect(stderr).toMatch(/^erofs: \S+damaged\.erofs: superblock checksum [^\n]+\n$/);
    expect(status).toBe(1);
    const log = await command("mount", "--fuse", "--log", join(folder, "none/log"), image, target);
    expect(log.stderr).toMatch(/^erofs: [^\n]*none\/log: [^\n]+\n$/);
    expect(log.status).toBe(1);
    expect(isMounted()).toBe(false);
  });
});

describe.skipIf(!hasFuse)("erofs mount of an image on the web (needs root and /dev/fuse)", () => {
  let server: Server;
  let port = 0;
  let etag = '"1"';

  function listen(): Promise<void> {
    const bytes = readFileSync(image);
    server = createServer((request, response) => {
      const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
      const part = bytes.subarray(Number(match?.[1]), Number(match?.[2]) + 1);
      const range = `bytes ${match?.[1]}-${Number(match?.[1]) + part.length - 1}/${bytes.length}`;
      response.writeHead(206, { "content-range": range, etag });
      response.end(part);
    });
    return new Promise((resolve) => {
      server.listen(port, "127.0.0.1", () => {
        port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  function goDown(): Promise<unknown> {
    server.closeAllConnections();
    const closed = once(server, "close");
    server.close();
    return closed;
  }

  beforeAll(listen);
  afterAll(() => goDown());

  it("reads by range, bears the server's absence, and knows another file", async () => {
    const url = `http://user:secret@127.0.0.1:${port}/image`;
    const log = join(folder, "remote.log");
    const { status, stderr } = await command("mount", "--log", log, url, target);
    expect(stderr).toContain(" by FUSE, process ");
    expect(status).toBe(0);
    expect(await readFile(join(target, "hello.txt"), "utf8")).toBe("hello\n");
    expect(await listed()).toMatchObject([{ image: `http://127.0.0.1:${port}/image`, state: "ok" }]);
    await goDown();
    await expect(readFile(join(target, "big.txt"))).rejects.toMatchObject({ code: "EIO" });
    expect(await readFile(join(target, "hello.txt"), "utf8")).toBe("hello\n");
    etag = '"2"';
    await listen();
    // Node has no name for ESTALE.
    await expect(readFile(join(target, "big.txt"))).rejects.toMatchObject({ errno: -116 });
    etag = '"1"';
    expect(await readFile(join(target, "big.txt"), "utf8")).toBe(bigText);
    expect((await command("umount", target)).status).toBe(0);
    const lines = await readFile(log, "utf8");
    for (const words of ["request failed", "the file changed while it was read", "answers again"]) {
      expect(lines).toContain(words);
    }
    expect(lines).not.toContain("secret");
  });

  it("says why there is none", async () => {
    await goDown();
    const { status, stderr } = await command("mount", `http://127.0.0.1:${port}/image`, target);
    expect(stderr).toMatch(/^erofs: http:[^\n]+ECONNREFUSED[^\n]+\n$/);
    expect(status).toBe(1);
    await listen();
  });
});

describe.skipIf(!hasFuse)("mount(8) and ordinary users (needs root, util-linux and fuse3)", () => {
  const has = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

  /** Runs a script where /dev/fuse is everybody's and `erofs` is in the PATH of mount.fuse3. */
  function inNamespace(script: string): Promise<Outcome> {
    const setUp = `set -e
      mkdir -p "$folder/dev" && mount -t tmpfs none "$folder/dev" && mknod "$folder/dev/fuse" c 10 229
      chmod 666 "$folder/dev/fuse" && mount --bind "$folder/dev/fuse" /dev/fuse
      mount -t tmpfs none /usr/local/bin
      printf '#!/bin/sh\\nexec "%s" "%s" "$@"\\n' "$node" "$erofs" > /usr/local/bin/erofs
      chmod 755 /usr/local/bin /usr/local/bin/erofs "$folder"
      set +e
      PATH=/usr/local/bin:$PATH`;
    const env = { folder, image, image16, target, node: process.execPath, erofs: builtCommand };
    return run("unshare", ["-m", "sh", "-c", `${setUp}\n${script}`], env);
  }

  it.skipIf(!["unshare", "mount.fuse3"].every(has))("mounts by fuse.erofs", async () => {
    const { status, stdout, stderr } = await inNamespace(`
      mount -t fuse.erofs -o allow_other,noexec "$image16" "$target" && cat "$target/hello.txt"
      grep " $target ro,noexec,.* - fuse.erofs $image16 " /proc/self/mountinfo > /dev/null && umount "$target"`);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "hello\n", stderr: "" });
  });

  it.skipIf(!["unshare", "runuser", "fusermount3"].every(has))("needs no root", async (context) => {
    const mayRead = spawnSync("runuser", ["-u", "nobody", "--", "test", "-r", builtCommand]).status === 0;
    if (!mayRead) return context.skip("nobody else may read the command");
    const { stdout, stderr } = await inNamespace(`
      chown nobody "$target"
      as_user() { runuser -u nobody -- env TMPDIR=/tmp "$@"; }
      as_user erofs mount -q "$image" "$target" && as_user cat "$target/hello.txt"
      as_user erofs mount --list | grep -c " $target  *fuse, process [0-9]*$"
      cat "$target/hello.txt" 2>/dev/null || echo not for others
      as_user erofs umount "$target" && ls "$target"
      as_user erofs mount --kernel "$image" "$target"
      chown 0 "$target"`);
    expect(stdout).toBe("hello\n1\nnot for others\n");
    expect(stderr).toBe(`erofs: ${image}: the kernel cannot mount it: only root may\n`);
    return undefined;
  });
});
