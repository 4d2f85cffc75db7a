import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { erofs } from "../command.ts";
import { createSample } from "../sample-tree.ts";

const { folder, image, source } = await createSample();

async function refusal(args: readonly string[]): Promise<{ status: number | null; stderr: string }> {
  const { status, stdout, stderr } = await erofs(args);
  expect(stdout).toBe("");
  return { status, stderr };
}

const isLinux = process.platform === "linux";

describe.skipIf(!isLinux)("erofs mount refuses (needs Linux)", () => {
  it.each([
    [["mount"], "missing required argument 'IMAGE'"],
    [["mount", "a"], "missing required argument 'DIR'"],
    [["mount", "--json", "a", "b"], "'--json' is for --list"],
    [["mount", "--list", "a"], "'--list' takes no IMAGE"],
    [["mount", "--kernel", "--fuse", "a", "b"], "'--kernel' cannot be used with option '--fuse'"],
    [["mount", "--kernel", "--foreground", "a", "b"], "'--kernel' cannot be used with option '--foreground'"],
    [["mount", "-o", "ro,frob", "a", folder], "unknown mount option 'frob'"],
    [["mount", "--kernel", "http://host/a", folder], "the kernel reads no images on the web"],
    [["mount", "--device", "b", "http://host/a", folder], "IMAGE is on the web, 'b' is no http(s) address"],
    [["mount", "--device-dir", folder, "http://host/a", folder], "IMAGE is on the web"],
    [["umount"], "missing required argument 'DIR'"],
  ])("%j as bad usage", async (args, message) => {
    const { status, stderr } = await refusal(args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  it("what is no image, and no directory", async () => {
    const text = join(folder, "text");
    writeFileSync(text, "no image");
    const zeros = join(folder, "zeros");
    writeFileSync(zeros, "");
    truncateSync(zeros, 8192);
    for (const [args, message] of [
      [[text, folder], `${text}: not an EROFS image`],
      [[zeros, folder], `${zeros}: superblock: not an EROFS image`],
      [[join(folder, "none"), folder], "no such file or directory"],
      [[source, folder], "is a directory, not an image"],
      [[image, join(folder, "none")], "no such file or directory"],
      [[image, image], "is not a directory"],
      [["--device", "tag=b", image, folder], "1 given in order, the image needs no further one"],
      [["--offset", "1G", image, folder], "offset 1073741824 lies beyond the end"],
    ] as const) {
      const { status, stderr } = await refusal(["mount", ...args]);
      expect(stderr).toContain(message);
      expect(stderr).toMatch(/^erofs: [^\n]+\n$/);
      expect(status).toBe(1);
    }
  });
});

describe.skipIf(!isLinux)("erofs umount refuses (needs Linux)", () => {
  it("what is no mount, or none of an image", async () => {
    expect(await refusal(["umount", folder])).toEqual({
      status: 1,
      stderr: `erofs: ${folder}: nothing is mounted there\n`,
    });
    const { status, stderr } = await refusal(["umount", "/proc"]);
    expect(stderr).toBe("erofs: /proc: is no EROFS image but a mount of type proc; umount(8) takes it\n");
    expect(status).toBe(1);
  });

  it("the one and goes on with the others", async () => {
    const { status, stderr } = await refusal(["umount", folder, "/proc"]);
    expect(stderr.split("\n")).toHaveLength(3);
    expect(status).toBe(1);
  });
});

it.skipIf(!isLinux)("takes the arguments of mount.fuse3 (needs Linux)", async () => {
  const { status, stderr } = await refusal([image, join(folder, "none"), "-o", "rw,dev,suid"]);
  expect(stderr).toContain("/none': no such file or directory");
  expect(status).toBe(1);
  expect((await refusal(["https://host/a", folder, "-o", "rw,frob"])).stderr).toContain(
    "unknown mount option 'frob'",
  );
});
