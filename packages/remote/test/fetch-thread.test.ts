import { Worker } from "node:worker_threads";
import { ErofsError } from "@erofs/format";
import type { SyncSource } from "@erofs/reader";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type FetchThread, type RemoteHandle, startFetchThread } from "../src/fetch-thread.ts";
import type { RemoteOptions } from "../src/open-fetcher.ts";
import { remoteSyncSource } from "../src/remote-sync-source.ts";
import { randomBytes } from "./support/random-bytes.ts";
import { RangeServer } from "./support/range-server.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const bytes = randomBytes(18 * (1 << 20) + 777, 3);
const directory = temporaryDirectory();
let server: RangeServer;
const threads: FetchThread[] = [];
const events: string[] = [];

beforeAll(async () => {
  server = await RangeServer.start(bytes);
});
afterAll(() => server.close());
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.close();
  events.length = 0;
  await server.set({});
  await server.requests();
});

async function fetchThread(options: RemoteOptions = {}): Promise<FetchThread> {
  const thread = await startFetchThread(
    server.url,
    { cacheDirectory: directory.path, retries: 1, ...options },
    (message) => events.push(message),
  );
  threads.push(thread);
  return thread;
}

async function source(options: RemoteOptions = {}): Promise<SyncSource> {
  return remoteSyncSource((await fetchThread(options)).handle);
}

function expectBytes(from: SyncSource, offset: number, length: number): void {
  const target = new Uint8Array(length);
  from.read(offset, target);
  expect(Buffer.compare(target, bytes.subarray(offset, offset + length))).toBe(0);
}

/** Reads all over the file in a thread, and says how many ranges came out wrong. */
const reader = `
  const { parentPort, workerData } = require("node:worker_threads");
  import(workerData.module).then(({ remoteSyncSource }) => {
    const source = remoteSyncSource(workerData.handle);
    let state = workerData.seed;
    let wrong = 0;
    for (let i = 0; i < 60; i++) {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      const offset = state % (workerData.bytes.length - 200_000);
      const target = new Uint8Array(1 + (state % 200_000));
      source.read(offset, target);
      if (Buffer.compare(target, workerData.bytes.subarray(offset, offset + target.length)) !== 0) wrong++;
    }
    parentPort.postMessage(wrong);
  });`;

function readAllOver(handle: RemoteHandle, seed: number): Promise<number> {
  const module = new URL("../dist/index.js", import.meta.url).href;
  const worker = new Worker(reader, {
    eval: true,
    execArgv: [],
    workerData: { module, handle, seed, bytes },
    trackUnmanagedFds: false,
  });
  return new Promise((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
  });
}

describe("startFetchThread", () => {
  it("serves a thread that waits", async () => {
    const made = await source();
    expect(made.size).toBe(bytes.length);
    expectBytes(made, 0, 1);
    expectBytes(made, 65535, 2);
    expectBytes(made, 100, 5 << 20);
    expectBytes(made, bytes.length - 10, 10);
    expectBytes(made, 0, bytes.length);
    await server.requests();
    expectBytes(made, 0, bytes.length);
    expect(await server.requests()).toEqual([]);
  });

  it("serves several, out of a cache that is too small for all", async () => {
    const thread = await fetchThread({ cacheBytes: 16 << 20 });
    const wrong = await Promise.all([1, 2, 3].map((seed) => readAllOver(thread.handle, seed)));
    expect(wrong).toEqual([0, 0, 0]);
  });

  it("goes ahead of who reads from front to back, out of the cache too", async () => {
    const made = await source({ readAheadBytes: 1 << 20 });
    await server.set({ delay: 3 });
    for (let at = 0; at < 8 << 20; at += 65536) expectBytes(made, at, 65536);
    expect((await server.requests()).length).toBeLessThan(40);
  });

  it("passes on what is wrong, and goes on when it is over", async () => {
    const made = await source();
    await server.goDown();
    expect(() => expectBytes(made, 5 << 20, 1)).toThrow(expect.objectContaining({ code: "EIO" }));
    await server.comeBack();
    expectBytes(made, 5 << 20, 1);
    await server.set({ etag: '"2"' });
    expect(() => expectBytes(made, 8 << 20, 1)).toThrow(expect.objectContaining({ code: "ESTALE" }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events).toHaveLength(3);
  });

  it("lets nobody wait for ever", async () => {
    const made = await source({ timeout: 300 });
    await server.set({ hang: true });
    const started = performance.now();
    expect(() => expectBytes(made, 5 << 20, 1)).toThrow(ErofsError);
    expect(performance.now() - started).toBeLessThan(3000);
    await server.set({});
    // An answer that comes late is not taken for that of the next question.
    expectBytes(made, 9 << 20, 1000);
  });

  it("fails for those who read on after its end", async () => {
    const thread = await fetchThread();
    const made = remoteSyncSource(thread.handle);
    expectBytes(made, 0, 100);
    await thread.close();
    expect(() => expectBytes(made, 0, 100)).toThrow(expect.objectContaining({ code: "EIO" }));
  });

  it("has room for as many threads as it says, one after the other too", async () => {
    const { handle } = await fetchThread();
    const sources = Array.from({ length: 64 }, () => remoteSyncSource(handle));
    expect(() => remoteSyncSource(handle)).toThrow(expect.objectContaining({ code: "EMFILE" }));
    sources[7]!.close?.();
    const last = remoteSyncSource(handle);
    for (const each of [sources[0]!, sources[63]!, last]) expectBytes(each, 3 << 20, 600_000);
  });

  it("rejects when there is no such file", async () => {
    await server.set({ status: 404 });
    await expect(fetchThread()).rejects.toMatchObject({ code: "ENOENT" });
  });
});
