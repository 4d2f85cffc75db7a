import { readFileSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { builtErofsCommand } from "../workspace.mjs";
import { alternate } from "./measure.mjs";
import { countOf, rowOf } from "./report.mjs";

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
  const build = [builtErofsCommand(), "build", "--quiet", "-zlz4", "-C65536", corpus.path, image];
  const { status } = spawnSync(process.execPath, build, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`erofs ${build.slice(1).join(" ")} ended with ${status}`);

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
  readFileSync(image);
  const removeTarget = () => rmSync(target, { recursive: true, force: true });
  const timings = alternate([...ours, ...theirs], runs, { before: removeTarget });
  removeTarget();
  rmSync(image);

  return theirs.flatMap((peer) =>
    ours.map((our) => {
      const peerTiming = timings.get(peer.name);
      const ourTiming = timings.get(our.name);
      if (!peerTiming || !ourTiming) throw new Error(`${peer.name} or ${our.name} was not measured`);
      return rowOf({
        case: `${corpus.name}: extract lz4-64k`,
        peer: peer.name,
        ours: our.name,
        unit: "s",
        peerValue: peerTiming.median,
        ourValue: ourTiming.median,
        cpuSeconds: { peer: peerTiming.cpuSeconds, ours: ourTiming.cpuSeconds },
        samples: { peer: peerTiming.seconds, ours: ourTiming.seconds },
      });
    }),
  );
}
