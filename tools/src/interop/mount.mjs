import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Why this machine's kernel cannot mount an image for us; undefined when it can.
 *
 * @returns {string | undefined}
 */
export function mountObstacle() {
  if (process.platform !== "linux") return `${process.platform} has no EROFS`;
  if (process.getuid?.() !== 0) return "mounting needs root";
  if (!kernelHasErofs()) spawnSync("modprobe", ["erofs"]);
  return kernelHasErofs() ? undefined : "this kernel has no EROFS";
}

function kernelHasErofs() {
  return readFileSync("/proc/filesystems", "utf8").includes("\terofs\n");
}

/** The largest block size that this kernel mounts: its page size. */
export function largestMountableBlock() {
  return Number(spawnSync("getconf", ["PAGESIZE"], { encoding: "utf8" }).stdout);
}

/**
 * Mounts an image read-only over loop devices while `use` runs.
 *
 * @template T
 * @param {string} image
 * @param {string} folder an empty one
 * @param {() => Promise<T>} use
 * @param {readonly string[]} [devices] files of the image's extra devices, in order
 * @returns {Promise<T>}
 */
export async function withMount(image, folder, use, devices = []) {
  /** @type {string[]} */
  const loops = [];
  try {
    for (const device of devices)
      loops.push(run("losetup", ["--read-only", "--find", "--show", device]).trim());
    const options = ["loop", "ro", ...loops.map((loop) => `device=${loop}`)];
    run("mount", ["-t", "erofs", "-o", options.join(), image, folder]);
    try {
      return await use();
    } finally {
      run("umount", [folder]);
    }
  } finally {
    for (const loop of loops) run("losetup", ["--detach", loop]);
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {string} what it prints
 */
function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr.trim()}`);
  return stdout;
}
