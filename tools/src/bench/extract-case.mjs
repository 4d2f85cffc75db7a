import { readFileSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { builtErofsCommand } from "../workspace.mjs";
import { alternate } from "./measure.mjs";
import { rowOf } from "./report.mjs";

/**
 * Unpacks one LZ4 image, made by ours, with `erofs extract` and `fsck.erofs --extract`.
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
  const build = [builtErofsCommand(), "build", "--quiet", "-zlz4", "-C65536", corpus.path, image];
  const { status } = spawnSync(process.execPath, build, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`erofs ${build.slice(1).join(" ")} ended with ${status}`);

  const ours = {
    name: "extract",
    command: process.execPath,
    args: [builtErofsCommand(), "extract", "--quiet", image, target],
  };
  const theirs = peers.map(({ version, fsck }) => ({
    name: `fsck.erofs ${version}`,
    command: fsck,
    args: [`--extract=${target}`, image],
  }));
  readFileSync(image);
  const removeTarget = () => rmSync(target, { recursive: true, force: true });
  const timings = alternate([ours, ...theirs], runs, { before: removeTarget });
  removeTarget();
  rmSync(image);

  const our = timings.get(ours.name);
  return theirs.flatMap(({ name }) => {
    const peer = timings.get(name);
    if (!peer || !our) throw new Error(`${name} was not measured`);
    return rowOf({
      case: `${corpus.name}: extract lz4-64k`,
      peer: name,
      ours: ours.name,
      unit: "s",
      peerValue: peer.median,
      ourValue: our.median,
      cpuSeconds: { peer: peer.cpuSeconds, ours: our.cpuSeconds },
      samples: { peer: peer.seconds, ours: our.seconds },
    });
  });
}
