import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { takesCompression } from "../peers.mjs";
import { builtErofsCommand } from "../workspace.mjs";
import { buildOptions } from "./build-case.mjs";
import { alternate } from "./measure.mjs";
import { makeImage, timesOfAll } from "./reading.mjs";
import { countOf } from "./report.mjs";

/** The images that are checked, by the cases that build them. */
export const checkedBuilds = ["lz4@64K", "zstd@64K"];

/**
 * Checks images, made by ours, with `erofs check`, by one thread and by as many as there are cores, and with
 * `fsck.erofs --extract`, which without a place to extract to decodes everything, by its one thread.
 *
 * @param {import("../corpora.mjs").Corpus} corpus
 * @param {readonly import("../peers.mjs").Peer[]} peers
 * @param {number} runs
 * @param {string} folder
 * @returns {import("./report.mjs").Row[]}
 */
export function benchCheck(corpus, peers, runs, folder) {
  const image = join(folder, "image.erofs");
  const ours = [...new Set([1, availableParallelism()])].map((workers) => ({
    name: countOf(workers),
    command: process.execPath,
    args: [builtErofsCommand(), "check", "--quiet", "--workers", String(workers), image],
  }));
  return checkedBuilds.flatMap((build) => {
    const [compressor = ""] = build.split("@");
    const theirs = peers
      .filter((peer) => takesCompression(peer, compressor))
      .map(({ version, fsck }) => ({
        name: `fsck.erofs ${version}`,
        command: fsck,
        args: ["--extract", image],
      }));
    makeImage(corpus, buildOptions(build) ?? [], image);
    const timings = alternate([...ours, ...theirs], runs, { before: () => {} });
    rmSync(image);
    return timesOfAll(`${corpus.name}: check ${build}`, ours, theirs, timings);
  });
}
