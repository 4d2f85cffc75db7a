import { existsSync, openSync, readFileSync, readSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { isStaleMount } from "../src/mount/mountpoint.ts";
import { isMounted, until } from "./mounted.ts";
import { bench, client, closeAnyhow, obstacle, processesWith } from "./served.ts";

/** A file system that writes down when it is told to keep little, and how many requests there were meanwhile. */
const rehearsed = (path: string, millisecondsEach: number): string => `
import { appendFileSync } from "node:fs";
const cell = new Int32Array(new SharedArrayBuffer(4));
let requests = 0;
const count = () => {
  requests++;
  if (${millisecondsEach} > 0) Atomics.wait(cell, 0, 0, ${millisecondsEach});
};
const attributes = (node) => ({
  ino: node, mode: 0o40755, nlink: 1, uid: 0, gid: 0, blocks: 0, rdev: 0, blockSize: 4096, size: 0, mtime: 0, mtimeNsec: 0,
});
export const createFileSystem = () => ({
  attributes,
  lookup: count,
  readdir: count,
  rehearse(isOn) {
    appendFileSync(${JSON.stringify(path)}, (isOn ? "" : requests + " requests\\n") + isOn + "\\n");
    requests = 0;
  },
});
`;

describe.skipIf(obstacle)(`mounts by root (${obstacle ?? "can run"})`, () => {
  const { serve, start, mountpoint } = bench();

  test("the README's example runs", async () => {
    const directory = mountpoint();
    const served = start([process.execPath, join(directory, "../mount.mjs"), directory]);
    await until(() => isMounted(directory));
    expect(await client("ls", "-a", directory)).toMatchObject({ text: "hello.txt\n" });
    expect(await client("cat", `${directory}/hello.txt`)).toMatchObject({ text: "hello, world\n" });
    expect(await client("cat", `${directory}/other`)).toMatchObject({ failed: true });
    served.child.kill("SIGTERM");
    expect(await served.exited()).toBe(0);
    expect(served.output()).toBe("");
    expect(isMounted(directory)).toBe(false);
  });

  test.each([1, 3])("%d threads give every byte, at any place and side by side", async (workers) => {
    const directory = mountpoint();
    const served = await serve({ directory, workers });
    const sums = Array.from({ length: 4 }, () => client("md5sum", `${directory}/large`));
    const [first, ...others] = await Promise.all(sums);
    expect(first!.failed).toBe(false);
    for (const other of others) expect(other.text).toBe(first!.text);
    const content = readFileSync(`${directory}/large`);
    expect(content.length).toBe(3_000_001);
    expect(content.every((byte, at) => byte === ((at * 7 + (at >> 12)) & 255))).toBe(true);
    expect(await client("umount", directory)).toMatchObject({ failed: false });
    expect(await served.exited()).toBe(0);
    expect(served.output()).toBe("ready\nended\n");
  });

  test("an error in one file leaves the others, and is told", async () => {
    const directory = mountpoint();
    const served = await serve({ directory });
    expect(await client("cat", `${directory}/broken`)).toMatchObject({
      failed: true,
      text: expect.stringContaining("Input/output error"),
    });
    expect(await client("head", "-c1", `${directory}/large`)).toMatchObject({ failed: false });
    await until(() => served.output().includes("a bug"));
    expect(served.output()).toContain("read of node 4");
  });

  test.each([
    ["until it is done with it", 0],
    ["until others have asked for much", 300],
  ])("a file system hears that it is to keep little, %s", async (_, lookups) => {
    const directory = mountpoint();
    const folder = join(directory, "..");
    const told = join(folder, `told-${lookups}`);
    // Where others are to end it, steps are so slow that they have the time.
    const module = `rehearsed-${lookups}.mjs`;
    writeFileSync(join(folder, module), rehearsed(told, lookups === 0 ? 0 : 1));
    await serve({ directory, module });
    await until(() => existsSync(told) && readFileSync(told, "utf8").startsWith("true\n"));
    const names = Array.from({ length: lookups }, (__, i) => `${directory}/none-${i}`);
    expect(names.filter(existsSync)).toEqual([]);
    await until(() => readFileSync(told, "utf8").includes("false"));
    expect(readFileSync(told, "utf8")).toMatch(
      lookups === 0 ? /^true\n2\d{4} requests\nfalse\n$/ : /^true\n[1-9]\d{0,2} requests\nfalse\n$/,
    );
  });

  test("a thread that dies takes the mount with it, and nobody waits", async () => {
    const directory = mountpoint();
    const served = await serve({ directory, workers: 2 });
    expect(await client("cat", `${directory}/dying`)).toMatchObject({ failed: true });
    expect(await served.exited()).toBe(1);
    expect(served.output()).toContain("a serving thread ended itself, with code 9");
    expect(isMounted(directory)).toBe(false);
  });

  test("a mount in use stays when asked politely, and goes by signal", async () => {
    const directory = mountpoint();
    const served = await serve({ directory, workers: 2 });
    const file = openSync(`${directory}/large`, "r");
    try {
      served.child.kill("SIGWINCH");
      await until(() => served.output().includes("EBUSY"));
      expect(isMounted(directory)).toBe(true);
      served.child.kill("SIGINT");
      expect(await served.exited()).toBe(0);
      expect(isMounted(directory)).toBe(false);
      expect(() => readSync(file, Buffer.alloc(1), 0, 1, 2_000_000)).toThrow("ENOTCONN");
    } finally {
      closeAnyhow(file);
    }
  });

  test.each([
    ["exits", "SIGUSR1", 7],
    ["throws", "SIGUSR2", 1],
  ] as const)("a process that %s, while in use and at work, ends and unmounts", async (_, signal, code) => {
    const directory = mountpoint();
    const served = await serve({ directory, workers: 2 });
    const file = openSync(`${directory}/large`, "r");
    const slow = client("cat", `${directory}/slow`);
    await sleep(200);
    const before = Date.now();
    served.child.kill(signal);
    expect(await served.exited()).toBe(code);
    expect(Date.now() - before).toBeLessThan(10_000);
    await slow;
    closeAnyhow(file);
    expect(isMounted(directory)).toBe(false);
  });

  test("after kill -9 the mount is taken away, and can be made again", async () => {
    const directory = mountpoint();
    for (let i = 0; i < 2; i++) {
      const served = await serve({ directory });
      const file = openSync(`${directory}/large`, "r");
      served.child.kill("SIGKILL");
      await served.exited();
      expect(() => readSync(file, Buffer.alloc(1), 0, 1, 2_000_000)).toThrow("ENOTCONN");
      closeAnyhow(file);
      await until(() => !isMounted(directory));
    }
    await until(() => processesWith(directory).length === 0);
  });

  test("a mount whose server is gone is named, and can be replaced once it is away", async () => {
    const directory = mountpoint();
    const served = await serve({ directory, autoUnmount: false });
    served.child.kill("SIGKILL");
    await served.exited();
    expect(() => statfsSync(directory)).toThrow("ENOTCONN");
    expect(isStaleMount(directory)).toBe(true);
    const second = await serve({ directory });
    expect(await second.exited()).toBe(1);
    expect(second.output()).toContain(`ENOTCONN on ${directory} there is a FUSE mount whose server is gone`);
    await client("umount", directory);
    expect(isStaleMount(directory)).toBe(false);
    const third = await serve({ directory });
    expect(await client("ls", directory)).toMatchObject({ failed: false });
    third.child.kill("SIGTERM");
    expect(await third.exited()).toBe(0);
  });

  test("what cannot be mounted leaves nothing behind", async () => {
    const directory = mountpoint();
    const missing = await serve({ directory: `${directory}/none` });
    expect(await missing.exited()).toBe(1);
    expect(missing.output()).toContain("ENOENT");
    const moduleless = await serve({ directory, module: "serve-nothing.mjs" });
    expect(await moduleless.exited()).toBe(1);
    expect(isMounted(directory)).toBe(false);
    expect(processesWith(directory)).toEqual([]);
  });
});
