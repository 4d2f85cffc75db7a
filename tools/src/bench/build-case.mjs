import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { builtErofsCommand } from "../workspace.mjs";
import { alternate } from "./measure.mjs";
import { countOf, rowOf } from "./report.mjs";

/** What each case gives to both `erofs build` and `mkfs.erofs`. */
export const buildCases = {
  none: [],
  lz4: ["-zlz4"],
  lz4hc: ["-zlz4hc"],
  "lz4-64k": ["-zlz4", "-C65536"],
  "lz4hc-64k": ["-zlz4hc", "-C65536"],
};

/**
 * Builds an image of a corpus with each program, by one worker and by as many as there are cores. A peer without
 * workers (1.5) is set against both of ours.
 *
 * @param {keyof typeof buildCases} name
 * @param {import("../corpora.mjs").Corpus} corpus
 * @param {readonly import("../peers.mjs").Peer[]} peers
 * @param {number} runs
 * @param {string} folder for the images
 * @param {boolean} sync whether ours waits for the disk, which erofs-utils never does
 * @returns {import("./report.mjs").Row[]}
 */
export function benchBuild(name, corpus, peers, runs, folder, sync) {
  const options = buildCases[name];
  const image = join(folder, "image.erofs");
  const all = availableParallelism();
  const syncing = sync ? [] : ["--no-sync"];
  const workerCounts = [...new Set([1, all])];

  const ours = workerCounts.map((workers) => ({
    name: countOf(workers),
    command: process.execPath,
    args: [
      builtErofsCommand(),
      "build",
      "--quiet",
      "--workers",
      String(workers),
      ...syncing,
      ...options,
      corpus.path,
      image,
    ],
  }));
  const theirs = peers.flatMap(({ version, mkfs }) =>
    hasWorkers(version)
      ? workerCounts.map((workers) => ({
          name: `mkfs.erofs ${version}, ${countOf(workers)}`,
          command: mkfs,
          args: ["--quiet", `--workers=${workers}`, ...options, image, corpus.path],
        }))
      : [{ name: `mkfs.erofs ${version}`, command: mkfs, args: ["--quiet", ...options, image, corpus.path] }],
  );

  warm(corpus.path);
  const sizes = new Map();
  const timings = alternate([...ours, ...theirs], runs, {
    before: () => rmSync(image, { force: true }),
    after: (contender) => sizes.set(contender.name, statSync(image).size),
  });
  rmSync(image, { force: true });

  return theirs.flatMap((peer) =>
    ours
      .filter((our) => !peer.name.includes("worker") || peer.name.endsWith(our.name))
      .flatMap((our) => {
        const peerTiming = timings.get(peer.name);
        const ourTiming = timings.get(our.name);
        if (!peerTiming || !ourTiming) throw new Error(`${peer.name} or ${our.name} was not measured`);
        const about = { peer: peer.name, ours: our.name };
        return [
          rowOf({
            ...about,
            case: `${corpus.name}: build ${name}`,
            unit: "s",
            peerValue: peerTiming.median,
            ourValue: ourTiming.median,
            cpuSeconds: { peer: peerTiming.cpuSeconds, ours: ourTiming.cpuSeconds },
            samples: { peer: peerTiming.seconds, ours: ourTiming.seconds },
          }),
          rowOf({
            ...about,
            case: `${corpus.name}: size ${name}`,
            unit: "bytes",
            peerValue: sizes.get(peer.name),
            ourValue: sizes.get(our.name),
          }),
        ];
      }),
  );
}

/** @param {string} version of erofs-utils: threads came with 1.8 */
function hasWorkers(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 1 || minor >= 8;
}

/**
 * Reads every file once, so that the first contender finds the page cache as the others do.
 *
 * @param {string} folder
 */
function warm(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) warm(path);
    else if (entry.isFile()) readFileSync(path);
  }
}
