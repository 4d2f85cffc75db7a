// Finds erofs-utils, the other implementation: the one on PATH, and a newer one that the environment names.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} Peer
 * @property {string} version "1.5"
 * @property {string} mkfs command or path of mkfs.erofs
 * @property {string} fsck command or path of fsck.erofs
 */

/**
 * Whether a peer takes images of a block size: up to 1.5 one size was compiled in.
 *
 * @param {Peer} peer
 * @param {number} blockSize
 */
export function takesBlockSize({ version }, blockSize) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const anySize = major > 1 || minor > 5;
  return blockSize === 4096 || (anySize && blockSize < 4096);
}

/**
 * `EROFS_UTILS_BIN` names a folder with `mkfs.erofs` and `fsck.erofs`, or a build tree of erofs-utils;
 * `EROFS_MKFS` and `EROFS_FSCK` name the programs one by one.
 *
 * @returns {Peer[]} those that are there: the one on PATH first
 */
export function findPeers() {
  const candidates = [{ mkfs: "mkfs.erofs", fsck: "fsck.erofs" }];
  const folder = process.env["EROFS_UTILS_BIN"];
  if (folder) candidates.push({ mkfs: programIn(folder, "mkfs"), fsck: programIn(folder, "fsck") });
  const { EROFS_MKFS: mkfs, EROFS_FSCK: fsck } = process.env;
  if (mkfs && fsck) candidates.push({ mkfs, fsck });
  return candidates.flatMap((candidate) => {
    const version = versionOf(candidate.fsck);
    return version ? [{ version, ...candidate }] : [];
  });
}

/**
 * @param {string} folder
 * @param {"mkfs" | "fsck"} program
 */
function programIn(folder, program) {
  const paths = [join(folder, `${program}.erofs`), join(folder, program, `${program}.erofs`)];
  const found = paths.find((path) => existsSync(path));
  if (!found) throw new Error(`EROFS_UTILS_BIN: no ${program}.erofs in ${folder}`);
  return found;
}

/**
 * @param {string} fsck
 * @returns {string | undefined}
 */
function versionOf(fsck) {
  const { stdout, stderr } = spawnSync(fsck, ["-V"], { encoding: "utf8" });
  return /fsck\.erofs.*?(\d+\.[\d.]+\S*)/.exec(`${stdout}${stderr}`)?.[1];
}
