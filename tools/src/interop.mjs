// The whole matrix of compression, block size and cluster size over whole corpora: each image is built, judged by
// the kernel, fsck.erofs, `erofs check` and `erofs extract`, and compared with its source byte for byte.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { corpusNames, ensureCorpus } from "./corpora.mjs";
import { buildImage, removeImage } from "./interop/build-image.mjs";
import { allCases, blockSizes, compressions } from "./interop/cases.mjs";
import { largestMountableBlock, mountObstacle } from "./interop/mount.mjs";
import { verifyImage } from "./interop/verify-image.mjs";
import { makeNastyTree } from "./nasty-tree.mjs";
import { findPeers, takesBlockSize, takesCompression, takesLayout } from "./peers.mjs";

const help = `usage: node tools/src/interop.mjs [OPTIONS]

  --corpus NAME        nasty, ${corpusNames.join(", ")}, or a folder of these, as linux/fs; repeatable; default: all
  --compression NAME   none, lz4, auto, or a compressor for all its levels, or one level; repeatable; default: all of
                       ${compressions.join(" ")}
  --block SIZE         a power of two from 512 to 65536; repeatable; default: ${blockSizes.join(", ")}
  --pcluster SIZE      4096, 16384, 65536, 1048576 (less with blocks of 512); repeatable; default: all
  --extended WORDS     build with -E WORDS, as ztailpacking or fragments,dedupe; words may be options, as
                       dot-omitted,--zD or --extended=--chunksize=64K,--blobdev,--chunk-dict, whose files are made
                       too; repeatable; default: without
  --extract            have every image extracted, not only those that the kernel cannot mount
  --list               print the cases and do nothing

EROFS_UTILS_BIN names a folder with a newer fsck.erofs, which is asked too. Exit code 1 when an image is wrong.
`;

const { values } = parseArgs({
  options: {
    corpus: { type: "string", multiple: true, default: ["nasty", ...corpusNames] },
    compression: { type: "string", multiple: true, default: compressions },
    block: { type: "string", multiple: true, default: blockSizes.map(String) },
    pcluster: { type: "string", multiple: true },
    extended: { type: "string", multiple: true, default: [""] },
    extract: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

const sizes = values.block.map(Number);
if (!sizes.every((size) => size >= 512 && size <= 65536 && Number.isInteger(Math.log2(size)))) {
  console.error("--block wants a power of two from 512 to 65536");
  process.exit(2);
}
const layouts = values.extended.flatMap((words) => allCases(words === "" ? [] : words.split(","), sizes));
const cases = layouts.filter(
  ({ compression, pclusterSize }) =>
    values.compression.some((name) => compression === name || compression.startsWith(`${name},`)) &&
    (!values.pcluster || compression === "none" || values.pcluster.includes(String(pclusterSize))),
);
if (cases.length === 0) {
  console.error("no case is left by these options; --list without them shows all");
  process.exit(2);
}
if (values.list) {
  for (const corpus of values.corpus) for (const { name } of cases) console.log(`${corpus}: ${name}`);
  process.exit(0);
}

const obstacle = mountObstacle();
const peers = findPeers();
if (obstacle) console.log(`not mounted: ${obstacle}`);
if (peers.length === 0) console.log("not judged by fsck.erofs: it is not installed");

const folder = mkdtempSync(join(tmpdir(), "erofs-interop-"));
let passed = 0;
let failed = 0;
try {
  for (const corpus of values.corpus) {
    const source = corpus === "nasty" ? join(folder, "nasty") : ensureCorpus(corpus).path;
    if (corpus === "nasty") makeNastyTree(source);
    for (const buildCase of cases) {
      const started = performance.now();
      const image = join(folder, "image.erofs");
      const objections = await judge(source, image, buildCase);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const size = statSync(image, { throwIfNoEntry: false })?.size ?? 0;
      removeImage(image);
      if (objections.length === 0) passed++;
      else failed++;
      console.log(
        `${objections.length === 0 ? "ok    " : "FAILED"} ${corpus}: ${buildCase.name} (${size} bytes, ${seconds} s)`,
      );
      for (const text of objections.slice(0, 20)) console.log(`       ${text}`);
      if (objections.length > 20) console.log(`       and ${objections.length - 20} more`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/**
 * @param {string} source
 * @param {string} image
 * @param {import("./interop/cases.mjs").BuildCase} buildCase
 * @returns {Promise<string[]>} what is wrong
 */
async function judge(source, image, buildCase) {
  const { blockSize, compression, words } = buildCase;
  const { status, stderr, devices } = buildImage(buildCase, source, image);
  if (status !== 0) return [`build ended with ${status}: ${stderr.trim()}`];
  const mountable = !obstacle && blockSize <= largestMountableBlock();
  /** @type {import("./interop/verify-image.mjs").Judge[]} */
  const judges = ["check"];
  if (mountable) judges.unshift("kernel");
  const able = peers.filter(
    (peer) =>
      takesBlockSize(peer, blockSize) && takesCompression(peer, compression) && takesLayout(peer, words),
  );
  if (able.length > 0) judges.push("fsck");
  if (!mountable || values.extract) judges.push("extract");
  return verifyImage({ source, image, devices, scratch: join(folder, "scratch"), judges, peers: able });
}
