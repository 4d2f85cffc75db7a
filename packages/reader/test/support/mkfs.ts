import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A `mkfs.erofs` to make test images with. */
export interface Mkfs {
  readonly name: string;
  readonly command: string;
  /** Knows the options of erofs-utils 1.6 and later: `-b`, several algorithms, fragments by size, … */
  readonly modern: boolean;
}

/** The ones at hand: `mkfs.erofs` from PATH, and the one that the environment variable EROFS_MKFS names. */
export const mkfsVariants: readonly Mkfs[] = ["mkfs.erofs", process.env.EROFS_MKFS ?? ""].flatMap(
  (command) => {
    if (command === "") return [];
    const { error, stdout, stderr } = spawnSync(command, ["--help"], { encoding: "utf8" });
    if (error !== undefined) return [];
    return [{ name: command, command, modern: `${stdout}${stderr}`.includes("-b#") }];
  },
);

/** Makes an image of a directory. */
export function makeImage(mkfs: Mkfs, options: readonly string[], image: string, source: string): void {
  execFileSync(mkfs.command, [...options, image, source], { stdio: ["ignore", "ignore", "pipe"] });
}

/** A directory for a test's files, and how to remove it. */
export function scratchDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "erofs-reader-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
