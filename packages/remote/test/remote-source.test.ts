import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { available } from "@erofs/linux";
import type { AsyncSource } from "@erofs/reader";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BLOCK_SIZE } from "../src/block-table.ts";
import { remoteSource, type RemoteSourceOptions } from "../src/remote-source.ts";
import { randomBytes } from "./support/random-bytes.ts";
import { RangeServer } from "./support/range-server.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const bytes = randomBytes(20 * (1 << 20) + 12345, 1);
const directory = temporaryDirectory();
let server: RangeServer;
const open: AsyncSource[] = [];
const events: string[] = [];

beforeAll(async () => {
  server = await RangeServer.start(bytes);
});
afterAll(() => server.close());
afterEach(async () => {
  for (const each of open.splice(0)) await each.close?.();
  events.length = 0;
  await server.set({});
  await server.requests();
});

async function source(options: RemoteSourceOptions = {}): Promise<AsyncSource> {
  const made = await remoteSource(server.url, {
    cacheDirectory: directory.path,
    retries: 1,
    readAheadBytes: 0,
    onEvent: (message) => events.push(message),
    ...options,
  });
  open.push(made);
  return made;
}

async function isRight(from: AsyncSource, offset: number, length: number): Promise<boolean> {
  return Buffer.compare(await from.read(offset, length), bytes.subarray(offset, offset + length)) === 0;
}

async function expectBytes(from: AsyncSource, offset: number, length: number): Promise<void> {
  expect(await isRight(from, offset, length)).toBe(true);
}

/** Bytes that were asked for since the last call. */
async function askedBytes(): Promise<number> {
  const ranges = (await server.requests()).map(({ range }) => range.slice(6).split("-").map(Number));
  return ranges.reduce((sum, [from, to]) => sum + Math.min(to!, bytes.length - 1) - from! + 1, 0);
}

describe("remoteSource", () => {
  it("gives any range, and asks for each block once", async () => {
    const made = await source();
    expect(made.size).toBe(bytes.length);
    await Promise.all(
      [
        [0, 1],
        [BLOCK_SIZE - 1, 2],
        [100_000, 300_000],
        [bytes.length - 1, 1],
        [bytes.length - 100_000, 100_000],
        [200_000, 6 << 20],
      ].map(([offset, length]) => expectBytes(made, offset!, length!)),
    );
    const asked = await askedBytes();
    await expectBytes(made, 0, 6 << 20);
    await expectBytes(made, 0, bytes.length);
    expect(asked + (await askedBytes())).toBe(bytes.length);
    expect(await askedBytes()).toBe(0);
  });

  it("keeps to its bound and to the right bytes, whatever is read in whatever order", async () => {
    const made = await source({ cacheBytes: 16 << 20 });
    let state = 7;
    let wrong = 0;
    for (let i = 0; i < 200; i++) {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      if (!(await isRight(made, state % (bytes.length - 200_000), 1 + (state % 200_000)))) wrong++;
    }
    expect(wrong).toBe(0);
    expect(await isRight(made, 0, bytes.length)).toBe(true);
    const sizes = readdirSync(directory.path).map((name) => statSync(join(directory.path, name)).size);
    expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(16 << 20);
  });

  it("goes ahead of who reads from front to back", async () => {
    const made = await source({ readAheadBytes: 1 << 20 });
    await server.set({ delay: 5 });
    for (let at = 0; at < 8 << 20; at += BLOCK_SIZE) await expectBytes(made, at, BLOCK_SIZE);
    // 128 blocks, most of which came together with others.
    expect((await server.requests()).length).toBeLessThan(40);
  });

  it.skipIf(!available())("has the blocks the next time (needs Linux)", async () => {
    const first = await source();
    await expectBytes(first, 0, 2 << 20);
    await first.close?.();
    await askedBytes();
    await expectBytes(await source(), 0, 2 << 20);
    expect(await askedBytes()).toBe(BLOCK_SIZE);
  });

  it.skipIf(!available())("believes no block that was damaged on disk (needs Linux)", async () => {
    const first = await source();
    await expectBytes(first, 0, 2 << 20);
    await first.close?.();
    const name = readdirSync(directory.path).find((each) => each.endsWith(".blocks"))!;
    const path = join(directory.path, name);
    const kept = readFileSync(path);
    for (let at = 100; at < kept.length; at += 3 * BLOCK_SIZE) kept[at]! ^= 1;
    writeFileSync(path, kept);
    await expectBytes(await source(), 0, 2 << 20);
    expect(await askedBytes()).toBeGreaterThan(10 * BLOCK_SIZE);
  });

  it.skipIf(!available())(
    "has nothing of a file of which the server tells no tag (needs Linux)",
    async () => {
      await server.set({ etag: "" });
      await expectBytes(await source(), 0, 1 << 20);
      expect(readdirSync(directory.path)).toEqual([]);
      await server.set({ etag: 'W/"1"' });
      await expectBytes(await source(), 0, 1 << 20);
      expect(readdirSync(directory.path)).toEqual([]);
    },
  );

  it("lets several have the same directory at once", async () => {
    const made = await Promise.all([source(), source(), source()]);
    const parts = await Promise.all(made.map((each, i) => isRight(each, i * 1_000_000, 3_000_000)));
    const wholes = await Promise.all(made.map((each) => isRight(each, 0, 6_000_000)));
    expect([...parts, ...wholes]).toEqual(Array.from({ length: 6 }, () => true));
  });

  it.skipIf(!available())(
    "removes what was used longest ago to keep to the bound (needs Linux)",
    async () => {
      const first = await source();
      await expectBytes(first, 0, 8 << 20);
      await first.close?.();
      const before = readdirSync(directory.path);
      await server.set({ etag: '"2"' });
      // Room for both.
      const second = await source({ cacheBytes: 64 << 20 });
      await second.close?.();
      expect(readdirSync(directory.path)).toEqual(expect.arrayContaining(before));
      // In use, both stay.
      await server.set({});
      const again = await source({ cacheBytes: 64 << 20 });
      await server.set({ etag: '"3"' });
      await source({ cacheBytes: 16 << 20 });
      expect(readdirSync(directory.path)).toEqual(expect.arrayContaining(before));
      await again.close?.();
      await server.set({ etag: '"4"' });
      await source({ cacheBytes: 16 << 20 });
      expect(before.some((name) => readdirSync(directory.path).includes(name))).toBe(false);
    },
  );

  it("bears a server that is busy, and answers that break off", async () => {
    const made = await source({ retries: 3 });
    await server.set({ failures: 2 });
    await expectBytes(made, 1 << 20, 100);
    await server.set({ short: 2 });
    await expectBytes(made, 4 << 20, 1 << 20);
    expect(events).toEqual([]);
  });

  it("fails when the server is gone, goes on when it is back, and has what it has meanwhile", async () => {
    const made = await source();
    await expectBytes(made, 1 << 20, 100);
    await server.goDown();
    await expectBytes(made, 1 << 20, 100);
    for (let i = 0; i < 3; i++) {
      await expect(made.read(5 << 20, 1)).rejects.toMatchObject({ code: "EIO" });
    }
    await server.comeBack();
    await server.set({ etag: '"2"' });
    await expect(made.read(5 << 20, 1)).rejects.toMatchObject({ code: "ESTALE" });
    await server.set({});
    await expectBytes(made, 5 << 20, 1 << 20);
    expect(events).toEqual([
      expect.stringContaining("request failed"),
      expect.stringContaining("the file changed while it was read"),
      `${server.url}: answers again`,
    ]);
  });

  it("waits for nobody who does not answer", async () => {
    const made = await source({ idleTimeout: 100 });
    await server.set({ hang: true });
    await expect(made.read(5 << 20, 1)).rejects.toMatchObject({
      code: "EIO",
      message: expect.stringContaining("no byte for 0.1 s (2 attempts)"),
    });
    await server.set({});
    await expectBytes(made, 5 << 20, 1);
  });

  it.each([
    ["ETag", { etag: '"2"' }],
    ["size", { size: bytes.length + 1 }],
    ["date", { lastModified: "Thu, 01 Jan 2026 00:00:00 GMT" }],
  ])("notices another file by its %s, and when the old one is back", async (_what, behaviour) => {
    const made = await source();
    await server.set(behaviour);
    await expect(made.read(5 << 20, 1)).rejects.toMatchObject({ code: "ESTALE" });
    await server.set({});
    await expectBytes(made, 5 << 20, 1);
    expect(events[0]).toContain("the file changed while it was read");
    expect(events[1]).toContain("answers again");
  });

  it("calls it EIO when the file is gone", async () => {
    const made = await source();
    await server.set({ status: 404 });
    await expect(made.read(5 << 20, 1)).rejects.toMatchObject({ code: "EIO" });
  });

  it.each([
    ["ignores ranges", { ignoreRange: true }, { code: "EOPNOTSUPP" }],
    ["has no such file", { status: 404 }, { code: "ENOENT" }],
    ["wants a password", { status: 401 }, { code: "EIO", message: expect.stringContaining("401") }],
  ])("refuses a server that %s", async (_what, behaviour, error) => {
    await server.set(behaviour);
    await expect(source()).rejects.toMatchObject(error);
  });

  it("goes where it is sent, with the name and password of the address", async () => {
    const url = new URL(server.url);
    url.pathname = "/moved";
    url.username = "me";
    url.password = "p%40ss";
    const made = await remoteSource(url, { cacheDirectory: directory.path });
    open.push(made);
    await expectBytes(made, 1 << 20, 100);
    const requests = await server.requests();
    expect(requests.map((request) => request.url)).toEqual(["/moved", "/image", "/moved", "/image"]);
    expect(requests[0]?.authorization).toBe(`Basic ${Buffer.from("me:p@ss").toString("base64")}`);
  });

  it("takes memory for what it keeps, not for what a server claims", async () => {
    await server.set({ size: 2 ** 52 });
    const made = await source();
    expect(made.size).toBe(2 ** 52);
    expect(Buffer.compare(await made.read(0, 100), bytes.subarray(0, 100))).toBe(0);
    await expect(made.read(2 ** 51, 10)).rejects.toMatchObject({ code: "EIO" });
  });
});
