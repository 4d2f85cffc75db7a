import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { available } from "@erofs/linux";
import { describe, expect, it } from "vitest";

import { erofs, output } from "../command.ts";
import { createSample } from "../sample-tree.ts";

const { folder } = await createSample();
const system = join(folder, "system");
mkdirSync(system);
for (const name of ["a", "b", "c"]) writeFileSync(join(system, name), name);

describe("erofs record-order --from", () => {
  const log = join(folder, "strace.log");
  writeFileSync(
    log,
    [
      'open("/sys/b", O_RDONLY) = 3',
      'open("/elsewhere", O_RDONLY) = 3',
      'open("/sys/d/a\\377", O_RDONLY) = 3',
    ].join("\n"),
  );

  it("lists what a log says of files below the directory, without it", async () => {
    const list = join(folder, "list");
    expect(await output(["record-order", "-q", "--from", log, "-o", list, "/sys"])).toBe("");
    expect(readFileSync(list, "latin1")).toBe("b\nd/a\xff\n");
    const { stdout, stderr } = await erofs(["record-order", "--from", log, "/sys/d/"]);
    expect(stdout).toMatch(/^a.\n$/);
    expect(stderr).toBe("/sys/d/: 1 file\n");
  });

  it("says what it leaves out", async () => {
    writeFileSync(`${log}.2`, ['open("x", O_RDONLY) = 3', 'open("/sys/a\\nb", O_RDONLY) = 3'].join("\n"));
    const { stdout, stderr } = await erofs(["record-order", "-q", "--from", `${log}.2`, "/sys"]);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/1 relative path left out: strace -y/);
    expect(stderr).toMatch(/1 path with a newline left out/);
  });

  it("runs nothing", async () => {
    const { status, stderr } = await erofs(["record-order", "--from", log, "/", "--", "true"]);
    expect(status).toBe(2);
    expect(stderr).toContain("there is no COMMAND to run");
  });
});

const isRoot = available() && process.getuid?.() === 0;

describe.skipIf(!isRoot)("erofs record-order (needs root on Linux)", () => {
  it("lists what a command reads, and exits as it does", async () => {
    const list = join(folder, "recorded");
    const command = ["sh", "-c", 'cat "$0/b" "$0/a" "$0/b" > /dev/null; exit 3', system];
    const { status, stderr } = await erofs(["record-order", "-o", list, system, "--", ...command]);
    expect({ status, stderr }).toEqual({ status: 3, stderr: `${list}: 2 files\n` });
    expect(readFileSync(list, "utf8")).toBe("b\na\n");
    const image = join(folder, "ordered.erofs");
    await output([
      "build",
      "-q",
      "--no-sync",
      "--workers=0",
      "--no-inline-data",
      "--data-order",
      list,
      system,
      image,
    ]);
    const layouts = JSON.parse(await output(["inspect", "--json", image, "/a", "/b", "/c"]));
    const [a, b, c] = layouts.map(
      ({ extents }: { extents: { physical: { offset: number } }[] }) => extents[0]!.physical.offset,
    );
    expect(b).toBeLessThan(a);
    expect(a).toBeLessThan(c);
  });

  it("says what it cannot do", async () => {
    const nothing = await erofs(["record-order", system, "--", "/does/not/exist"]);
    expect(nothing.status).toBe(1);
    expect(nothing.stderr).toContain("cannot run '/does/not/exist': ENOENT");
    const nowhere = await erofs(["record-order", join(folder, "missing"), "--", "true"]);
    expect(nowhere.status).toBe(1);
    expect(nowhere.stderr).toContain("no such file");
  });
});
