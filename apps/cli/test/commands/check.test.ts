import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { erofs } from "../command.ts";
import { createSample } from "../sample-tree.ts";

const { folder, source, image } = await createSample();

/** A copy of the image, changed. */
function damaged(name: string, change: (bytes: Buffer) => void): string {
  const bytes = readFileSync(image);
  change(bytes);
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const relabelled = damaged("relabelled.erofs", (bytes) => bytes.write("tampered", 1024 + 0x40));

describe("erofs check", () => {
  it("finds nothing wrong with a sound image", async () => {
    const { status, stdout, stderr } = await erofs(["check", image]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    expect(stderr).toMatch(/^\S+sample\.erofs: no faults; 10 inodes, 1\.10 MiB of data in \d+\.\d\d s\n$/);
    expect(await erofs(["check", "--quiet", image])).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("lists faults on stdout and fails", async () => {
    const { status, stdout, stderr } = await erofs(["check", relabelled]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^superblock: superblock checksum 0x[0-9a-f]+, .* \(superblock\)\n$/);
    expect(stderr).toContain("relabelled.erofs: 1 fault; 10 inodes");
  });

  it("tells programs the same", async () => {
    const sound = await erofs(["check", "--json", image]);
    expect(JSON.parse(sound.stdout)).toMatchObject({ sound: true, faultCount: 0, inodes: 10, faults: [] });
    const { status, stdout, stderr } = await erofs(["check", "--json", relabelled]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      sound: false,
      faultCount: 1,
      faults: [{ code: "superblock", offset: 1028 }],
    });
  });

  it("names files whose data is cut off, no more of them than asked for", async () => {
    const path = damaged("cut.erofs", () => undefined);
    truncateSync(path, 4096 * 4);
    const { status, stdout } = await erofs(["check", "--max-faults", "1", path]);
    expect(status).toBe(1);
    expect(stdout.split("\n")).toHaveLength(2);
    expect(stdout).toMatch(/^\/\S+: .*lie beyond the end of device 0.* \(data\)\n$/);
    const structure = await erofs(["check", "--no-data", path]);
    expect(structure.stdout).not.toContain("(data)");
  });

  it("finds the same with any number of threads, wherever in a file the image begins", async () => {
    const bytes = readFileSync(image);
    const path = join(folder, "behind.erofs");
    writeFileSync(path, Buffer.concat([Buffer.alloc(4096), bytes.subarray(0, 4096 * 4)]));
    const check = (...args: string[]) => erofs(["check", "--quiet", "--offset", "4K", ...args, path]);
    const { status, stdout } = await check();
    expect(status).toBe(1);
    expect(stdout).toMatch(/\(data\)\n$/);
    for (const workers of ["1", "2", "5"])
      expect(await check("--workers", workers)).toEqual({ status, stdout, stderr: "" });
    expect((await check("--workers", "0")).status).toBe(2);
  });

  it("takes what is no image for a fault", async () => {
    const { status, stdout } = await erofs(["check", join(source, "hello.txt")]);
    expect(status).toBe(1);
    expect(stdout).toBe("superblock: not an EROFS image: 6 bytes, expected at least 1152 (superblock)\n");
  });

  it("fails when there is no such file", async () => {
    expect(await erofs(["check", join(folder, "none")])).toEqual({
      status: 1,
      stdout: "",
      stderr: `erofs: '${join(folder, "none")}': no such file or directory\n`,
    });
  });

  it("shows progress on a terminal only when that is wanted", async () => {
    const { stderr } = await erofs(["check", image], { isTTY: true });
    expect(stderr).toContain("no faults");
    expect((await erofs(["check", "--quiet", image], { isTTY: true })).stderr).toBe("");
  });
});
