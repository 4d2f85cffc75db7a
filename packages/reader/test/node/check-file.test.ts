import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CheckProgress, checkSync, loadDecoders, memorySource } from "@erofs/reader";
import { checkFile } from "@erofs/reader/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkInParts } from "../../src/node/check-file.ts";
import { withDevices } from "../support/device-image.ts";
import { inverting } from "../support/inverting.mjs";
import { largeFiles, spots } from "../support/large-files.ts";

const built = existsSync(fileURLToPath(new URL("../../dist/node/check-worker.js", import.meta.url)));
const PART = 40_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "erofs-check-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(bytes: Uint8Array): { path: string } {
  const path = join(folder, "image.erofs");
  writeFileSync(path, bytes);
  return { path };
}

describe.skipIf(!built)("checkFile (threads need a build)", () => {
  it.each([
    ["a sound image", {}, ["beyond"]],
    ["some damaged clusters", { spoiled: spots(5, 1) }, ["beyond", "large"]],
    ["many", { spoiled: spots(80, 2) }, ["beyond", "large"]],
    ["an index that ends too soon", { cutIndex: true, spoiled: spots(2, 3) }, ["beyond", "large"]],
  ])("has the same report with any number of threads: %s", async (_, changes, paths) => {
    const file = fileOf(largeFiles(changes));
    const expected = await checkInParts(file, { workers: 1 }, PART);
    for (const workers of [2, 5]) expect(await checkInParts(file, { workers }, PART)).toEqual(expected);
    for (const path of paths) expect(expected.faults.map((fault) => fault.path)).toContain(path);
    const few = await checkInParts(file, { workers: 3, maxFaults: 3 }, PART);
    expect(few).toEqual({ ...expected, faults: expected.faults.slice(0, 3) });
  });

  it("has that of checkSync", async () => {
    const bytes = largeFiles({ spoiled: [...spots(7, 4), 60 * 4096 + 5] });
    const expected = checkSync(memorySource(bytes));
    expect(expected.faultCount).toBeGreaterThan(3);
    for (const workers of [1, 3]) expect(await checkFile(fileOf(bytes), { workers })).toEqual(expected);
    expect(await checkFile(fileOf(bytes))).toEqual(expected);
  });

  it("tells how far it is, and ends with all", async () => {
    const progress: CheckProgress[] = [];
    const report = await checkInParts(
      fileOf(largeFiles()),
      { workers: 2, onProgress: (each) => progress.push(each) },
      PART,
    );
    expect(progress.length).toBeGreaterThan(20);
    expect(progress.at(-1)).toMatchObject({ inodes: report.inodes, bytes: report.bytes });
  });

  it("decodes with plugins in threads, or in one thread where they have no module", async () => {
    const file = fileOf(largeFiles({ privately: true }));
    const decoders = await loadDecoders([inverting]);
    const expected = await checkFile(file, { workers: 1, decoders });
    expect(expected.faults.map(({ path }) => path)).toEqual(["beyond"]);
    const others = [[inverting], [{ name: "inverting" }], undefined];
    for (const compressors of others) {
      expect(await checkFile(file, { workers: 3, decoders, compressors })).toEqual(expected);
    }
  });

  it("reads extra devices, and an image inside a file", async () => {
    const { bytes, first, second } = withDevices();
    const devices = [join(folder, "first"), join(folder, "second")] as const;
    writeFileSync(devices[0], first);
    writeFileSync(devices[1], second.subarray(0, 3 * 4096));
    const file = { ...fileOf(Buffer.concat([Buffer.alloc(512), bytes])), offset: 512, devices };
    const expected = await checkFile(file, { workers: 1 });
    expect(expected).toMatchObject({ bytes: 5000 + 4096 });
    expect(expected.faults.map(({ message }) => message)).toEqual([
      expect.stringContaining("device 2 (without a tag) has 12288 bytes, its slot says 16384"),
      expect.stringContaining("beyond the end of device 2"),
    ]);
    expect(await checkFile(file, { workers: 3 })).toEqual(expected);
  });

  it("goes on with the file that it has opened, whoever gets its name", async () => {
    const file = fileOf(largeFiles());
    const expected = await checkFile(file, { workers: 1 });
    const checking = checkFile(file, { workers: 3 });
    rmSync(file.path);
    fileOf(new Uint8Array(5000));
    expect(await checking).toEqual(expected);
  });

  it("rejects what cannot be opened", async () => {
    await expect(checkFile({ path: join(folder, "none") })).rejects.toMatchObject({ code: "ENOENT" });
    const noise = fileOf(new Uint8Array(5000));
    await expect(checkFile(noise, { workers: 3 })).rejects.toThrow("not an EROFS image");
  });
});
