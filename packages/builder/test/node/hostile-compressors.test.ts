import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Compressor } from "@erofs/compressor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImage, type BuildOptions, inProcess, MemorySink } from "../../src/index.ts";
import { buildImageFile } from "../../src/node.ts";
import * as liars from "../plugins/liars.mjs";
import { directory, file, runs } from "../trees.ts";

let base: string;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "erofs-hostile-"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const tree = () => directory({ bin: directory({ small: file(runs(100, 1)), tool: file(runs(50_000, 2)) }) });

/** What a build ends with on a worker, and what it leaves behind. */
async function failureOf(compressor: Compressor, pluginTimeout = 30) {
  const options = { compressor, verify: true, workers: 1, pluginTimeout };
  const failure: unknown = await buildImageFile(tree(), join(base, "image.erofs"), options).catch((e) => e);
  return { failure, left: readdirSync(base) };
}

const { nan, fraction, negative, greedy, overfull, text, nothing, promise, idle, zero } = liars;
const { throwing, blurting, nasty, trap, hungry, empty, unmade, rejected } = liars;
const { narrow, growing, forger, scribbler, blind, refusing, undecided } = liars;

const misdeeds: [Compressor, string][] = [
  [nan, "breaks its contract: it consumed NaN of 50000 bytes"],
  [fraction, "breaks its contract: it produced 4.5 of 4096 bytes"],
  [negative, "breaks its contract: it consumed -1 of 50000 bytes"],
  [greedy, "breaks its contract: it consumed 50001 of 50000 bytes"],
  [overfull, "breaks its contract: it produced 4097 of 4096 bytes"],
  [text, "breaks its contract: it consumed string of 50000 bytes"],
  [nothing, "breaks its contract: it returned no result"],
  [promise, "breaks its contract: it returned a promise, where a result is expected"],
  [idle, "breaks its contract: it consumed 0 bytes but produced 5"],
  [zero, "breaks its contract: the first byte of its cluster is zero"],
  [throwing, "failed to encode: out of ideas"],
  [blurting, "failed to encode: it threw just text"],
  [nasty, "failed to encode: it threw something that is no error"],
  [trap, "failed to encode: a trap"],
  [empty, "breaks its contract: it made no encoder"],
  [unmade, "failed to make an encoder: no licence"],
  [rejected, "failed to make an encoder: no licence"],
  [narrow, "breaks its contract: its window is no Uint8Array of at least 1048576 bytes"],
  [growing, "breaks its contract: its window is gone: did its memory grow?"],
  [forger, "made a cluster that does not decode"],
  [scribbler, "made a cluster that decodes to other bytes: at 0 of 5125 there is 7, expected"],
  [blind, "made a cluster that decodes to other bytes"],
  [refusing, "failed to decode a cluster of its own: damaged"],
  [undecided, "breaks its contract: it made no decoder"],
];

describe("a compressor that breaks its contract ends the build with its name and the file's", () => {
  it.each(misdeeds)("on this thread: $name", async (compressor, how) => {
    const options: BuildOptions = { compressor, verify: true };
    const build = buildImage(tree(), new MemorySink(), options, await inProcess(options));
    const message = expect.stringContaining(`compressor ${compressor.name} ${how}`);
    await expect(build).rejects.toMatchObject({ code: "EPROTO", path: "bin/tool", message });
  });

  it.each([nasty, unmade, forger, refusing])("in workers: $name", async (compressor) => {
    const { failure, left } = await failureOf(compressor);
    const how = misdeeds.find(([one]) => one === compressor)![1];
    expect(failure).toMatchObject({
      code: "EPROTO",
      path: "bin/tool",
      message: `compressor ${compressor.name} ${how}, at bin/tool`,
    });
    expect(left).toEqual([]);
  });
});

describe("a candidate that fails", () => {
  it.each([0, 1])("while a large file is sampled ends the build, with %d workers", async (workers) => {
    const root = directory({ small: file(runs(9000, 1)), tool: file(runs(1 << 20, 2)) });
    const options = { compressions: [{ compressor: throwing }], auto: {}, workers };
    const build = buildImageFile(root, join(base, "image.erofs"), {
      ...options,
      compressionOf: (path) => (path === "small" ? "none" : undefined),
    });
    await expect(build).rejects.toMatchObject({ code: "EPROTO", path: "tool" });
    expect(readdirSync(base)).toEqual([]);
  });
});

describe("a compressor that takes its worker with it", () => {
  it.each<[Compressor, string, string]>([
    [liars.spinning, "ETIMEDOUT", "did not return for"],
    [liars.stalling, "ETIMEDOUT", "did not return for"],
    [liars.unmaking, "ETIMEDOUT", "did not return for"],
    [liars.exiting, "ECHILD", "ended its worker: it exited with code 7"],
    [liars.late, "ECHILD", "ended its worker: too late"],
    [liars.grumbling, "ECHILD", "ended its worker: null"],
    [liars.exhausting, "ENOMEM", "used up the memory of its worker"],
    [hungry, "ENOMEM", "failed to encode: Array buffer allocation failed"],
  ])("$name: $1", async (compressor, code, how) => {
    const { failure, left } = await failureOf(compressor, code === "ETIMEDOUT" ? 0.2 : 30);
    expect(failure).toMatchObject({ code, path: "bin/tool" });
    expect(String(failure)).toContain(`compressor ${compressor.name} ${how}`);
    expect(left).toEqual([]);
  });

  it("is told from one that takes long, cluster after cluster", async () => {
    const options = { compressor: liars.slow, workers: 1, pluginTimeout: 0.4 };
    const started = performance.now();
    const { compressedFiles } = await buildImageFile(tree(), join(base, "slow.erofs"), options);
    expect(compressedFiles).toBe(0);
    expect(performance.now() - started).toBeGreaterThan(500);
    rmSync(join(base, "slow.erofs"));
  });
});
