import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { memorySource, openSync } from "@erofs/reader";
import { describe, expect, it } from "vitest";
import { brotli } from "../../builder/test/plugins/brotli.mjs";
import type { BatchResult } from "../src/batch-result.ts";
import { type FileBatch, planExtraction } from "../src/plan.ts";
import { prepareTarget } from "../src/target.ts";
import { claim, shareBatch } from "../src/thread-protocol.ts";
import { PART_BYTES, shareFile } from "../src/shared-file.ts";
import { Threads } from "../src/threads.ts";
import { directory, file, imageBytes, imageOf, noise, runs } from "./support/images.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const built = existsSync(fileURLToPath(new URL("../dist/extract-worker.js", import.meta.url)));

it("lets one only claim a batch", () => {
  const shared = shareBatch({ groups: [] });
  expect([claim(shared), claim(structuredClone(shared)), claim(shared)]).toEqual([true, false, false]);
});

describe.skipIf(!built)("Threads (needs a build)", () => {
  const temporary = temporaryDirectory();

  async function start(count: number, names: readonly string[]) {
    const tree = directory(Object.fromEntries(names.map((name, i) => [name, file(noise(10 * i, i + 1))])));
    const path = temporary.next();
    writeFileSync(path, await imageBytes(tree));
    const batches: FileBatch[] = [];
    for (const step of planExtraction(await imageOf(tree), {})) {
      if (step.kind !== "files") continue;
      // A batch for each file.
      for (const group of step.batch.groups) {
        group.names.forEach((name, i) =>
          batches.push({ groups: [{ ...group, names: [name], nids: [group.nids[i]!] }] }),
        );
      }
    }
    const target = temporary.next();
    const stop = new SharedArrayBuffer(4);
    const results: BatchResult[] = [];
    const settings = prepareTarget({ target });
    const threads = new Threads(count, { imageFile: { path }, plugins: [], settings, stop }, (result) =>
      results.push(result),
    );
    return { threads, batches, target, stop, results };
  }

  it("do each batch once, and end", async () => {
    const names = Array.from({ length: 40 }, (_, i) => `f${i + 10}`);
    const { threads, batches, target, results } = await start(2, names);
    for (const batch of batches) threads.add(shareBatch(batch));
    await threads.finish();
    await threads.finish();
    expect(readdirSync(target).toSorted()).toEqual(names);
    expect(results.reduce((sum, result) => sum + result.files, 0)).toBe(40);
    expect(results.flatMap((result) => result.failures)).toEqual([]);
  });

  it("report what fails, and go on", async () => {
    const { threads, batches, target, results } = await start(1, ["a", "b", "c"]);
    mkdirSync(`${target}/b`);
    for (const batch of batches) threads.add(shareBatch(batch));
    await threads.finish();
    expect(results.flatMap((result) => result.failures)).toEqual([
      { code: "EEXIST", path: "b", nid: undefined, message: "b: file already exists (EEXIST)" },
    ]);
    expect(readdirSync(target).toSorted()).toEqual(["a", "b", "c"]);
  });

  it("leave the rest when told to stop, and what others have claimed", async () => {
    const { threads, batches, target, stop } = await start(2, ["a", "b"]);
    const shared = batches.map(shareBatch);
    claim(shared[0]!);
    new Int32Array(stop)[0] = 1;
    for (const batch of shared) threads.add(batch);
    await threads.finish();
    expect(readdirSync(target)).toEqual([]);
    expect(claim(shared[1]!)).toBe(false);
  });

  it("read what plugins have compressed, and write large files", async () => {
    const content = { a: runs(100_000, 1), b: runs(2 * PART_BYTES, 2) };
    const tree = directory({ a: file(content.a), b: file(content.b) });
    const path = temporary.next();
    const bytes = await imageBytes(tree, { compressor: brotli, level: 0, pclusterSize: 65536 });
    writeFileSync(path, bytes);
    const target = temporary.next();
    const plugins = [{ module: brotli.module!, name: brotli.name }];
    const data = { imageFile: { path }, plugins, stop: new SharedArrayBuffer(4) };
    const results: BatchResult[] = [];
    const settings = prepareTarget({ target });
    const threads = new Threads(2, { ...data, settings }, (result) => results.push(result));
    for (const step of planExtraction(openSync(memorySource(bytes)), {})) {
      if (step.kind === "files") threads.add(shareBatch(step.batch));
      else if (step.kind === "large") threads.add(shareFile(step.file));
    }
    await threads.finish();
    expect(results.flatMap((result) => result.failures)).toEqual([]);
    expect(results.reduce((sum, result) => sum + result.files, 0)).toBe(2);
    expect(readFileSync(`${target}/a`).equals(content.a)).toBe(true);
    expect(readFileSync(`${target}/b`).equals(content.b)).toBe(true);
  });

  it("reject when one throws what is no failure of a file", async () => {
    const { threads, batches } = await start(1, ["a"]);
    threads.add(
      shareBatch({ groups: [{ ...batches[0]!.groups[0]!, nids: [undefined as unknown as number] }] }),
    );
    threads.add(shareBatch({ groups: undefined as unknown as [] }));
    await expect(threads.finish()).rejects.toThrow(TypeError);
  });
});
