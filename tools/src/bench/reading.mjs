import { readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { builtErofsCommand } from "../workspace.mjs";
import { rowOf } from "./report.mjs";

/**
 * Builds an image with ours, and leaves it in the page cache: what the programs that read are measured on.
 *
 * @param {import("../corpora.mjs").Corpus} corpus
 * @param {readonly string[]} options as `erofs build` takes them
 * @param {string} image
 */
export function makeImage(corpus, options, image) {
  const build = [builtErofsCommand(), "build", "--quiet", "--no-sync", ...options, corpus.path, image];
  const { status } = spawnSync(process.execPath, build, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`erofs ${build.slice(1).join(" ")} ended with ${status}`);
  readFileSync(image);
}

/**
 * The wall times of each of theirs against each of ours.
 *
 * @param {string} name of the case
 * @param {readonly import("./measure.mjs").Contender[]} ours
 * @param {readonly import("./measure.mjs").Contender[]} theirs
 * @param {ReadonlyMap<string, import("./measure.mjs").Timing>} timings
 * @returns {import("./report.mjs").Row[]}
 */
export function timesOfAll(name, ours, theirs, timings) {
  return theirs.flatMap((peer) =>
    ours.map((our) => {
      const peerTiming = timings.get(peer.name);
      const ourTiming = timings.get(our.name);
      if (!peerTiming || !ourTiming) throw new Error(`${peer.name} or ${our.name} was not measured`);
      return rowOf({
        case: name,
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
