import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { builtErofsCommand } from "../workspace.mjs";
import { alternate } from "./measure.mjs";
import { makeImage, timesOfAll } from "./reading.mjs";
import { countOf } from "./report.mjs";

/**
 * Unpacks one LZ4 image, made by ours, with `erofs extract`, by one thread and by as many as there are cores, and
 * with `fsck.erofs --extract`, which has one.
 *
 * @param {import("../corpora.mjs").Corpus} corpus
 * @param {readonly import("../peers.mjs").Peer[]} peers
 * @param {number} runs
 * @param {string} folder
 * @returns {import("./report.mjs").Row[]}
 */
export function benchExtract(corpus, peers, runs, folder) {
  const image = join(folder, "image.erofs");
  const target = join(folder, "extracted");
  makeImage(corpus, ["-zlz4", "-C65536"], image);

  const ours = [...new Set([1, availableParallelism()])].map((workers) => ({
    name: countOf(workers),
    command: process.execPath,
    args: [builtErofsCommand(), "extract", "--quiet", "--workers", String(workers), image, target],
  }));
  const theirs = peers.map(({ version, fsck }) => ({
    name: `fsck.erofs ${version}`,
    command: fsck,
    args: [`--extract=${target}`, image],
  }));
  const removeTarget = () => rmSync(target, { recursive: true, force: true });
  const timings = alternate([...ours, ...theirs], runs, { before: removeTarget });
  removeTarget();
  rmSync(image);

  return timesOfAll(`${corpus.name}: extract lz4-64k`, ours, theirs, timings);
}
