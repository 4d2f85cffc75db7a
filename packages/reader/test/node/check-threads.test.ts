import { existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadDecoders, memorySource } from "@erofs/reader";
import { checkFile } from "@erofs/reader/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openState } from "../../src/open-state.ts";
import { startCheckThreads } from "../../src/node/check-threads.ts";
import { type ContentResult, shareCheck } from "../../src/node/content-work.ts";
import { closeFiles, openFiles } from "../../src/node/image-files.ts";
import { runSync } from "../../src/reading.ts";
import { inverting } from "../support/inverting.mjs";
import { largeFiles, regularFiles } from "../support/large-files.ts";

const built = existsSync(fileURLToPath(new URL("../../dist/node/check-worker.js", import.meta.url)));
const bytes = largeFiles({ privately: true });
const image = runSync(openState([bytes.length], {}), [memorySource(bytes)]);
const nids = new Map(regularFiles(image, bytes).map(({ path, node }) => [path, node.nid]));

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "erofs-check-"));
  path = join(folder, "image.erofs");
  writeFileSync(path, bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A module with a compressor of the name that the image wants, which does this when it decodes. */
function pluginThat(decoding: string, loading = ""): string {
  const code = `${loading}
    export const plugin = { name: "inverting", algorithm: 9, createDecoder: () => ({ decode(input, output) { ${decoding} } }) };`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Has threads check one file. */
async function checkOne(
  name: string,
  module: string,
  count = 1,
  spoil: () => void = () => {},
): Promise<ContentResult[]> {
  const files = openFiles({ path });
  const results: ContentResult[] = [];
  const plugins = [{ module, name: "inverting" }];
  const sizes = [statSync(path).size];
  const data = { files, sizes, plugins, caches: {}, shared: shareCheck(image), partBytes: 40_000 };
  const threads = startCheckThreads(count, data, (result) => results.push(result));
  try {
    spoil();
    threads.add({ kind: "files", nids: Float64Array.of(nids.get(name)!) });
    await threads.finish();
    return results;
  } finally {
    await threads.close();
    closeFiles(files);
  }
}

describe.skipIf(!built)("startCheckThreads (needs a build)", () => {
  it("check what they are sent, whatever a plugin leaves behind", async () => {
    const invert = "for (let i = 0; i < output.length; i++) output[i] = ~input[i + 1];";
    const module = pluginThat(invert, "setInterval(() => {}, 1000);");
    expect(await checkOne("sub/private", module, 2)).toEqual([
      { index: 0, bytes: 4000, faults: [], part: undefined },
    ]);
  });

  it.each([
    ["ends its thread", "process.exit(0);", "", "ECHILD", "a thread died: it exited with code 0"],
    [
      "takes all memory",
      "const all = []; for (;;) all.push(Array(4e6).fill(0.5));",
      "",
      "ENOMEM",
      "a thread died: it used up its memory",
    ],
    [
      "throws when nobody asks",
      "queueMicrotask(() => { throw new Error('stray'); });",
      "",
      "ECHILD",
      "a thread died: stray",
    ],
    ["does not load", "", "throw new TypeError('no');", "ECHILD", "a thread died: no"],
    ["is never there", "", "await new Promise(() => {});", "ECHILD", "a thread died: it exited with code 13"],
  ])("reject when a plugin %s", async (_, decoding, loading, code, message) => {
    await expect(checkOne("sub/private", pluginThat(decoding, loading), 2)).rejects.toMatchObject({
      name: "ErofsError",
      code,
      message,
    });
  });

  it("reject when a module has no such compressor, or an image cannot be read", async () => {
    await expect(checkOne("stored", "data:text/javascript,")).rejects.toMatchObject({
      code: "EINVAL",
      message: "module data:text/javascript, exports no compressor of the name inverting",
    });
    const shorten = () => ftruncateSync(openSync(path, "r+"), 70_000);
    await expect(checkOne("stored", inverting.module!, 2, shorten)).rejects.toMatchObject({
      code: "EIO",
      message: expect.stringContaining("the file became shorter"),
    });
    writeFileSync(path, bytes);
  });

  it("end a check that is not to go on", async () => {
    const forever = pluginThat("for (;;);");
    const decoders = await loadDecoders([inverting]);
    const options = { workers: 2, decoders, compressors: [{ name: "inverting", module: forever }] };
    const stop = () => {
      throw new Error("enough");
    };
    await expect(checkFile({ path }, { ...options, onProgress: stop })).rejects.toThrow("enough");
  });
});
