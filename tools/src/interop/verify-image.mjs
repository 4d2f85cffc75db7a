// Asks everyone whether an image is right: the kernel, fsck.erofs, our check and our extract.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { compareTrees } from "../compare-trees.mjs";
import { builtErofsCommand } from "../workspace.mjs";
import { withMount } from "./mount.mjs";

/** @typedef {"kernel" | "fsck" | "check" | "extract"} Judge */

/**
 * @param {object} request
 * @param {string} request.source the directory that the image was built from
 * @param {string} request.image
 * @param {readonly string[]} [request.devices] files of its extra devices, in order
 * @param {string} request.scratch a folder for mount point and extracted tree, which must not exist
 * @param {readonly Judge[]} request.judges
 * @param {readonly import("../peers.mjs").Peer[]} request.peers whose fsck.erofs is asked
 * @returns {Promise<string[]>} objections, each with its judge's name; none means that the image is right
 */
export async function verifyImage({ source, image, devices = [], scratch, judges, peers }) {
  const given = devices.map((device) => `--device=${device}`);
  const ask = {
    kernel: () => withMount(image, scratch, () => differences(source, scratch), devices),
    // Without --extract it reads no data; without a folder behind it, it writes none.
    fsck: () =>
      peers.flatMap(({ fsck, version }) =>
        complaints(fsck, ["--extract", ...given, image], `fsck.erofs ${version}`),
      ),
    check: () => complaints(process.execPath, [builtErofsCommand(), "check", ...given, image], "check"),
    extract: () => {
      const target = `${scratch}/extracted`;
      const failures = complaints(
        process.execPath,
        [builtErofsCommand(), "extract", "--quiet", ...given, image, target],
        "",
      );
      return failures.length > 0 ? failures : differences(source, target);
    },
  };
  const objections = [];
  for (const judge of judges) {
    mkdirSync(scratch);
    try {
      objections.push(...(await ask[judge]()).map((text) => `${judge}: ${text}`));
    } catch (error) {
      objections.push(`${judge}: ${/** @type {Error} */ (error).message}`);
    }
    rmSync(scratch, { recursive: true });
  }
  return objections;
}

/**
 * @param {string} source
 * @param {string} other
 */
async function differences(source, other) {
  return (await compareTrees(source, other)).differences;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} name
 * @returns {string[]} what a program says when it does not exit with 0
 */
function complaints(command, args, name) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  if (status === 0) return [];
  const said = `${stdout}${stderr}`.trim().split("\n").slice(0, 5).join(" | ");
  return [`${name} ended with ${status ?? signal}: ${said}`.trimStart()];
}
