import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { takesCompression, takesLayout } from "../peers.mjs";
import { builtErofsCommand } from "../workspace.mjs";
import { alternate } from "./measure.mjs";
import { countOf, rowOf } from "./report.mjs";

/**
 * What is built unless cases are named: a compressor with its options, the size of its clusters behind an @, and words of
 * -E, each behind a +.
 */
export const buildCases = ["none", "lz4", "lz4hc", "lz4@64K", "lz4hc@64K"];

/**
 * The cases for the slower compressors, which take minutes a build of a whole corpus.
 */
export const slowBuildCases = ["deflate", "zstd", "lzma"].flatMap((name) => [name, `${name}@64K`]);

/** Tails, fragments and deduplication. */
export const layoutBuildCases = [
  "lz4hc@64K+fragments+dedupe+ztailpacking",
  "zstd,level=3@64K+fragments+dedupe+ztailpacking",
  "zstd,level=3@64K+all-fragments",
];

const caseForm =
  /^(?<spec>none|[a-z][a-z0-9]*(?:,[a-z]+=\d+)*)(?:@(?<size>\d+)(?<unit>[KM]))?(?<words>(?:\+[a-z-]+)*)$/;

/**
 * What a case gives to both `erofs build` and `mkfs.erofs`; undefined when it is no case.
 *
 * @param {string} name
 * @returns {string[] | undefined}
 */
export function buildOptions(name) {
  const { spec, size, unit } = caseForm.exec(name)?.groups ?? {};
  if (spec === undefined) return undefined;
  const words = layoutWords(name);
  return [
    ...(spec === "none" ? [] : [`-z${spec}`]),
    ...(size === undefined ? [] : [`-C${Number(size) * (unit === "M" ? 1 << 20 : 1024)}`]),
    ...(words.length === 0 ? [] : [`-E${words.join(",")}`]),
  ];
}

/**
 * The words of -E in a case.
 *
 * @param {string} name
 */
function layoutWords(name) {
  return name.split("+").slice(1);
}

/**
 * Builds an image of a corpus with each program, by one worker and by as many as there are cores. A peer without
 * workers (1.5) is set against both of ours.
 *
 * @param {string} name
 * @param {import("../corpora.mjs").Corpus} corpus
 * @param {readonly import("../peers.mjs").Peer[]} peers
 * @param {number} runs
 * @param {string} folder for the images
 * @param {boolean} sync whether ours waits for the disk, which erofs-utils never does
 * @returns {import("./report.mjs").Row[]}
 */
export function benchBuild(name, corpus, peers, runs, folder, sync) {
  const options = buildOptions(name);
  if (!options) throw new Error(`no case "${name}"`);
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
  const able = peers.filter(
    (peer) => takesCompression(peer, name.split(/[@+]/)[0] ?? "") && takesLayout(peer, layoutWords(name)),
  );
  const theirs = able.flatMap(({ version, mkfs }) =>
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
