import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { builtErofsCommand } from "../workspace.mjs";

/**
 * @typedef {object} Built
 * @property {number | null} status
 * @property {string} stdout
 * @property {string} stderr
 * @property {string[]} devices files of the image's extra devices, in order
 */

/**
 * Builds the image of a case with `erofs build`. Files that belong to it stand beside it.
 *
 * @param {import("./cases.mjs").BuildCase} buildCase
 * @param {string} source
 * @param {string} image
 * @returns {Built}
 */
export function buildImage({ args, hasBlob, hasDictionary }, source, image) {
  removeImage(image);
  const dictionary = `${image}.dictionary`;
  const options = hasBlob ? ["--blobdev", `${image}.blob`] : [];
  const devices = hasBlob ? [`${image}.blob`] : [];
  if (hasDictionary) {
    const blob = `${dictionary}.blob`;
    const outcome = build([...args, "--blobdev", blob, partOf(source), dictionary]);
    if (outcome.status !== 0) return { ...outcome, devices: [] };
    options.push("--chunk-dict", dictionary);
    devices.push(blob);
  }
  return { ...build([...args, ...options, source, image]), devices };
}

/**
 * Removes an image and what stands beside it.
 *
 * @param {string} image
 */
export function removeImage(image) {
  for (const end of ["", ".blob", ".dictionary", ".dictionary.blob"]) rmSync(image + end, { force: true });
}

/** @param {string[]} args */
function build(args) {
  return spawnSync(process.execPath, [builtErofsCommand(), "build", "--quiet", ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
}

/**
 * A folder that has much, but not all, of what is in the tree.
 *
 * @param {string} source
 */
function partOf(source) {
  const sizes = join(source, "sizes");
  if (existsSync(sizes)) return sizes;
  const folder = readdirSync(source, { withFileTypes: true }).find((entry) => entry.isDirectory());
  return folder ? join(source, folder.name) : source;
}
