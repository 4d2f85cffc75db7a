// Finds erofs-utils, the other implementation: the one on PATH, and a newer one that the environment names.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} Peer
 * @property {string} version "1.5"
 * @property {string} mkfs command or path of mkfs.erofs
 * @property {string} fsck command or path of fsck.erofs
 * @property {readonly string[]} compressors that it was built with, as for `-z`
 */

/**
 * Whether a peer takes images of a block size: up to 1.5 one size was compiled in.
 *
 * @param {Peer} peer
 * @param {number} blockSize
 */
export function takesBlockSize({ version }, blockSize) {
  return blockSize === 4096 || (isAfter15(version) && blockSize < 4096);
}

/** @param {string} version */
function isAfter15(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 1 || minor > 5;
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
    return version ? [{ version, ...candidate, compressors: compressorsOf(candidate.mkfs) }] : [];
  });
}

/** The compressor that must be built in to read what another writes. */
const readers = /** @type {Record<string, string>} */ ({ lz4hc: "lz4", libdeflate: "deflate" });

/**
 * Whether a peer reads images made with `compression`, as for `-z`, or several with colons between them.
 *
 * @param {Peer} peer
 * @param {string} compression
 */
export function takesCompression({ compressors }, compression) {
  if (compression === "auto") return ["lz4", "zstd"].every((name) => compressors.includes(name));
  return compression.split(":").every((spec) => {
    const [name = ""] = spec.split(",");
    return name === "none" || compressors.includes(readers[name] ?? name);
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
 * Whether the peer reads images that the words of `-E`, or options, ask for. Fragments and shared clusters came with 1.6, directories without
 * dots with 1.9.
 *
 * @param {Peer} peer
 * @param {readonly string[]} words
 */
export function takesLayout({ version }, words) {
  // 1.9.3 looks for inline clusters of the metabox elsewhere, also in images of its own mkfs.erofs.
  const hasMetabox = words.some((word) => word.startsWith("--metabox"));
  if (hasMetabox && words.includes("ztailpacking")) return false;
  return (
    isAfter15(version) ||
    !words.some((word) => /^(all-)?fragments|^dedupe|^--zD|^dot-omitted|^48bit|^--metabox/.test(word))
  );
}

/**
 * @param {string} fsck
 * @returns {string | undefined}
 */
function versionOf(fsck) {
  const { stdout, stderr } = spawnSync(fsck, ["-V"], { encoding: "utf8" });
  return /fsck\.erofs.*?(\d+\.[\d.]+\S*)/.exec(`${stdout}${stderr}`)?.[1];
}

/**
 * 1.5 says it in the last line of its help; since 1.8 it is in the second line of `-V`.
 *
 * @param {string} mkfs
 * @returns {string[]}
 */
function compressorsOf(mkfs) {
  const said = ["-V", "--help"].map((option) => {
    const { stdout, stderr } = spawnSync(mkfs, [option], { encoding: "utf8" });
    return `${stdout}${stderr}`;
  });
  const list = /available compressors(?: are)?: (.*)/i.exec(said.join("\n"))?.[1] ?? "";
  return list.split(/,\s*/).filter((name) => name !== "");
}
