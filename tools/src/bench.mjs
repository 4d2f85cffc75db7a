// `pnpm bench`: ours against erofs-utils and the native decoders, each measured in the same run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  benchBuild,
  buildCases,
  buildOptions,
  layoutBuildCases,
  slowBuildCases,
} from "./bench/build-case.mjs";
import { benchCheck, checkedBuilds } from "./bench/check-case.mjs";
import { benchExtract } from "./bench/extract-case.mjs";
import { benchDecoding, decodingObstacle } from "./bench/decoding.mjs";
import { benchFuse, fuseObstacle } from "./bench/fuse-case.mjs";
import { describeMachine, tableHead, tableLine } from "./bench/report.mjs";
import { corpusNames, describeCorpus, ensureCorpus } from "./corpora.mjs";
import { findPeers } from "./peers.mjs";

const others = ["extract", "check", "decode", "fuse"];

const help = `usage: pnpm bench [CASE…] [OPTIONS]

Cases (default: ${[...buildCases, ...others].join(" ")}):
  NAME[,OPTION=N…][@SIZE][+WORD…]
                           builds with -zNAME,OPTION=N, -CSIZE and -EWORD,WORD: zstd,level=19@1M lz4hc@64K+ztailpacking
  slow                     ${slowBuildCases.join(" ")}
  layouts                  ${layoutBuildCases.join(" ")}
  extract                  the image of lz4@64K, by erofs extract and fsck.erofs
  check                    the images of ${checkedBuilds.join(" and ")}, by erofs check and fsck.erofs --extract
  decode                   clusters of each algorithm in memory, by WebAssembly and the native library

  fuse                     trees of its own, served by mount.fuse.erofs, erofsfuse, the kernel and squashfuse_ll, all on one
                           processor, two seconds after the mount

  --corpus NAME   ${corpusNames.join(" or ")}, or a folder in one, as linux/fs; repeatable; default: both
  --runs N        runs of each program, of which the median counts; default 3
  --sync          have ours wait until the image is on the disk, as it does by default and erofs-utils never does;
                  without this, both leave it to the page cache
  --json          everything as JSON, single measurements included, instead of a table

EROFS_UTILS_BIN names a folder with newer mkfs.erofs and fsck.erofs (or a build tree of erofs-utils), EROFS_CORPORA
where the corpora are kept, TMPDIR where images go. Ratios are ours to the peer's: below 1 is better.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    corpus: { type: "string", multiple: true, default: corpusNames },
    runs: { type: "string", default: "3" },
    sync: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}
const runs = Number(values.runs);
const wanted = positionals.length > 0 ? positionals : [...buildCases, ...others];
/** @type {Record<string, string[]>} */
const groups = { slow: slowBuildCases, layouts: layoutBuildCases };
const builds = wanted.flatMap((name) => groups[name] ?? (others.includes(name) ? [] : [name]));
const unknown = builds.find((name) => !buildOptions(name));
if (unknown !== undefined || !Number.isInteger(runs) || runs < 1) {
  console.error(
    unknown === undefined ? `--runs ${values.runs}: expected a number from 1` : `no case "${unknown}"`,
  );
  process.exit(2);
}

const peers = findPeers();
if (peers.length === 0) {
  console.error(
    "mkfs.erofs and fsck.erofs are not installed (Debian: erofs-utils); EROFS_UTILS_BIN names others",
  );
  process.exit(1);
}
const corpora = values.corpus.map(ensureCorpus);
const machine = describeMachine(peers, runs, values.sync);
if (!values.json) {
  console.log(
    Object.entries(machine)
      .map(([key, value]) => `${key}: ${value}`)
      .join("\n"),
  );
  for (const corpus of corpora) console.log(describeCorpus(corpus));
  console.log(`\n${tableHead}`);
}

const folder = mkdtempSync(join(tmpdir(), "erofs-bench-"));
/** @type {import("./bench/report.mjs").Row[]} */
const rows = [];
/** @param {import("./bench/report.mjs").Row[]} more */
const add = (more) => {
  rows.push(...more);
  if (!values.json) for (const row of more) console.log(tableLine(row));
};
try {
  for (const corpus of corpora) {
    for (const name of builds) add(benchBuild(name, corpus, peers, runs, folder, values.sync));
    if (wanted.includes("extract")) add(benchExtract(corpus, peers, runs, folder));
    if (wanted.includes("check")) add(benchCheck(corpus, peers, runs, folder));
    if (wanted.includes("decode")) {
      const obstacle = decodingObstacle();
      if (obstacle) console.error(`decode was not measured: ${obstacle}`);
      else add(await benchDecoding(corpus, runs, folder));
    }
  }
  if (wanted.includes("fuse")) {
    const obstacle = fuseObstacle();
    if (obstacle) console.error(`fuse was not measured: ${obstacle}`);
    else for await (const row of benchFuse(runs, folder)) add([row]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (values.json) console.log(JSON.stringify({ machine, corpora, rows }, undefined, 2));
