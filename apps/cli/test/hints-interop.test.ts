import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { output } from "./command.ts";
import { bigText, temporaryFolder } from "./sample-tree.ts";

const mkfs = process.env["EROFS_MKFS"] ?? "mkfs.erofs";
const usage = spawnSync(mkfs, ["--help"], { encoding: "utf8" });
const takesHints = `${usage.stdout}${usage.stderr}`.includes("--compress-hints");

// Without indexes: mkfs.erofs 1.9.3 dies of a line with one. It checks the index against its list of compressors, which it
// is given only behind the call that reads the hints (`z_paramsets` in mkfs/main.c), so it looks through a null pointer.
const hints = `# the first that matches counts
65536 ^lib/.*\\.so(\\.[0-9]+)*$
0 \\.(png|jpe?g)$
16384 [[:upper:]]{2,}
8192\t^(lib|share)/
`;
const paths = [
  "lib/a.so",
  "lib/a.so.6",
  "lib/a.so.x",
  "lib/b.png",
  "share/READ",
  "share/x.jpeg",
  "x",
  "xlib/R",
];

it.runIf(takesHints)("gives files the clusters that mkfs.erofs does (where that is installed)", async () => {
  const folder = temporaryFolder();
  const source = join(folder, "source");
  for (const path of paths) {
    mkdirSync(join(source, path, ".."), { recursive: true });
    writeFileSync(join(source, path), bigText.slice(0, 400_000));
  }
  writeFileSync(join(folder, "hints"), hints);
  const options = ["-zlz4hc", "-C4096", `--compress-hints=${join(folder, "hints")}`];
  const [ours, theirs] = [join(folder, "ours.erofs"), join(folder, "theirs.erofs")];
  await output(["build", "--quiet", "--no-sync", "--workers", "0", ...options, source, ours]);
  const { status, stderr } = spawnSync(mkfs, [...options, theirs, source], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);

  const clustersOf = async (image: string) => {
    const files = JSON.parse(await output(["inspect", "--json", image, ...paths])) as {
      path: string;
      extents: { algorithm?: string; physical?: { length: number } }[];
    }[];
    return files.map(({ path, extents }) => {
      const compressed = extents.filter(({ algorithm }) => algorithm !== undefined);
      return [path, Math.max(0, ...compressed.map(({ physical }) => physical?.length ?? 0))];
    });
  };
  const expected = await clustersOf(theirs);
  expect(new Set(expected.map(([, size]) => size))).toEqual(new Set([65536, 8192, 0, 16384, 4096]));
  expect(await clustersOf(ours)).toEqual(expected);
});
