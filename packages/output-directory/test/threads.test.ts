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
import { startThreads } from "../src/threads.ts";
import { directory, file, imageBytes, imageOf, noise, runs } from "./support/images.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const built = existsSync(fileURLToPath(new URL("../dist/extract-worker.js", import.meta.url)));

it("lets one only claim a batch", () => {
  const shared = shareBatch({ groups: [] });
  expect([claim(shared), claim(structuredClone(shared)), claim(shared)]).toEqual([true, false, false]);
});

describe.skipIf(!built)("startThreads (needs a build)", () => {
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
    const threads = startThreads(count, { imageFile: { path }, plugins: [], settings, stop }, (result) =>
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

  /** Has threads extract files that a plugin has compressed, with another module that has its name. */
  async function extractWith(module: string, content: Record<string, Uint8Array>) {
    const tree = directory(
      Object.fromEntries(Object.entries(content).map(([name, bytes]) => [name, file(bytes)])),
    );
    const path = temporary.next();
    const bytes = await imageBytes(tree, { compressor: brotli, level: 0, pclusterSize: 65536 });
    writeFileSync(path, bytes);
    const target = temporary.next();
    const plugins = [{ module, name: brotli.name }];
    const data = { imageFile: { path }, plugins, stop: new SharedArrayBuffer(4) };
    const results: BatchResult[] = [];
    const settings = prepareTarget({ target });
    const threads = startThreads(2, { ...data, settings }, (result) => results.push(result));
    for (const step of planExtraction(openSync(memorySource(bytes)), {})) {
      if (step.kind === "files") threads.add(shareBatch(step.batch));
      else if (step.kind === "large") threads.add(shareFile(step.file));
    }
    await threads.finish();
    return {
      failures: results.flatMap((result) => result.failures),
      files: results.reduce((sum, result) => sum + result.files, 0),
      sound: Object.keys(content).filter((name) => readFileSync(`${target}/${name}`).equals(content[name]!)),
    };
  }

  /** A module with the plugin, which does this before it decodes, or when it is loaded. */
  function pluginThat(decoding: string, loading = ""): string {
    const code = `${loading}
      import { brotli } from ${JSON.stringify(brotli.module)};
      const decoder = brotli.createDecoder();
      const decode = (input, output) => { ${decoding} decoder.decode(input, output); };
      export const plugin = { ...brotli, createDecoder: () => ({ decode }) };`;
    return `data:text/javascript,${encodeURIComponent(code)}`;
  }

  const small = { a: runs(100_000, 1) };
  const large = { ...small, b: runs(2 * PART_BYTES, 2) };

  it.each([
    ["", brotli.module!],
    [", and end when these leave something running", pluginThat("setInterval(() => {}, 1000);")],
  ])("read what plugins have compressed, and write large files%s", async (_, module) => {
    expect(await extractWith(module, large)).toEqual({ failures: [], files: 2, sound: ["a", "b"] });
  });

  const hoard = "const all = []; for (;;) all.push(Array(4e6).fill(0.5));";
  it.each([
    ["ends its thread", small, "process.exit(0);", "", "ECHILD", "it exited with code 0"],
    ["ends it at a large file", large, "process.exit(0);", "", "ECHILD", "it exited with code 0"],
    [
      "ends one, and leaves others running",
      small,
      "process.exit(0);",
      "setInterval(() => {}, 1000);",
      "ECHILD",
      "it exited with code 0",
    ],
    ["takes all memory", small, hoard, "", "ENOMEM", "it used up its memory"],
    ["throws null", small, "queueMicrotask(() => { throw null; });", "", "ECHILD", "null"],
    ["does not load", small, "", "throw new TypeError('no');", "ECHILD", "no"],
    ["is never there", small, "", "await new Promise(() => {});", "ECHILD", "it exited with code 13"],
  ])("reject when a plugin %s", async (_, content, decoding, loading, code, reason) => {
    await expect(extractWith(pluginThat(decoding, loading), content)).rejects.toMatchObject({
      name: "ErofsError",
      code,
      message: `a thread died: ${reason}`,
    });
  });

  it("reject when a module has no such plugin, and it leaves something running", async () => {
    const module = "data:text/javascript,setInterval(() => {}, 1000)";
    await expect(extractWith(module, small)).rejects.toMatchObject({
      name: "ErofsError",
      code: "EINVAL",
      message: `module ${module} exports no compressor of the name brotli`,
    });
  });

  it("reject when one throws what is no failure of a file", async () => {
    const { threads, batches } = await start(1, ["a"]);
    threads.add(
      shareBatch({ groups: [{ ...batches[0]!.groups[0]!, nids: [undefined as unknown as number] }] }),
    );
    threads.add(shareBatch({ groups: undefined as unknown as [] }));
    await expect(threads.finish()).rejects.toMatchObject({
      name: "ErofsError",
      code: "ECHILD",
      cause: expect.any(TypeError),
    });
  });
});
