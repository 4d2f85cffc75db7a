// LZ4 decoding in WebAssembly against liblz4, on the same clusters, in memory, one thread each.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createKernels } from "@erofs/core";
import { median } from "./measure.mjs";
import { rowOf } from "./report.mjs";

const sampleSize = 64 << 20;
const clusterSizes = [4096, 65536];
/** One pass takes some 20 ms, so that many are cheap; the first ones warm both sides up. */
const passesPerRun = 20;

/**
 * @param {import("../corpora.mjs").Corpus} corpus
 * @param {number} runs
 * @param {string} folder
 * @returns {Promise<import("./report.mjs").Row[]>}
 */
export async function benchLz4Decoding(corpus, runs, folder) {
  const native = join(folder, "native-lz4");
  compile(native);
  const sample = join(folder, "sample");
  writeSample(corpus.path, sample);
  const rows = [];
  for (const size of clusterSizes) {
    const clusters = join(folder, `clusters-${size}`);
    run(native, ["pack", sample, clusters, String(size)]);
    const { ours, peer } = await measure(native, clusters, runs * passesPerRun);
    rows.push(
      rowOf({
        case: `${corpus.name}: decode 64 MiB of ${size / 1024} KiB LZ4 clusters`,
        peer: "liblz4",
        ours: "wasm",
        unit: "ms",
        peerValue: median(peer),
        ourValue: median(ours),
        samples: { peer, ours },
      }),
    );
  }
  return rows;
}

/** Why the native side cannot be built here; undefined when it can. */
export function decodingObstacle() {
  if (spawnSync("cc", ["--version"]).error) return "there is no C compiler (cc)";
  const { status } = spawnSync("cc", ["-E", "-x", "c", "-"], { input: "#include <lz4.h>\n" });
  return status === 0 ? undefined : "there is no lz4.h (Debian: liblz4-dev)";
}

/** @param {string} target */
function compile(target) {
  run("cc", ["-O2", "-o", target, fileURLToPath(new URL("native-lz4.c", import.meta.url)), "-llz4"]);
}

/**
 * @param {string} native
 * @param {string} clusters
 * @param {number} passes
 * @returns {Promise<{ ours: number[], peer: number[] }>} milliseconds per pass
 */
async function measure(native, clusters, passes) {
  const decodeAll = wasmDecoder(readFileSync(clusters));
  const child = spawn(native, ["decode", clusters], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const decodeNatively = async () => {
    child.stdin.write("\n");
    const { value, done } = await answers.next();
    if (done) throw new Error("liblz4 could not decode its own clusters");
    return Number(value) / 1e6;
  };
  for (let warmUp = 0; warmUp < passesPerRun; warmUp++) {
    decodeAll();
    await decodeNatively();
  }
  const times = { ours: /** @type {number[]} */ ([]), peer: /** @type {number[]} */ ([]) };
  for (let pass = 0; pass < passes; pass++) {
    times.ours.push(decodeAll());
    times.peer.push(await decodeNatively());
  }
  child.stdin.end();
  return times;
}

/**
 * @param {Uint8Array} clusters as native-lz4.c packs them
 * @returns {() => number} decodes all of them and answers in milliseconds
 */
function wasmDecoder(clusters) {
  const outputSize = 1 << 24;
  const kernels = createKernels({ pages: Math.ceil((clusters.length + outputSize) / 65536) + 16 });
  const source = kernels.heapBase;
  new Uint8Array(kernels.memory.buffer).set(clusters, source);
  const target = source + Math.ceil(clusters.length / 64) * 64;
  const headers = new DataView(clusters.buffer, clusters.byteOffset, clusters.length);
  return () => {
    const started = performance.now();
    for (let at = 0; at < clusters.length;) {
      const decoded = headers.getUint32(at, true);
      const encoded = headers.getUint32(at + 4, true);
      at += 8;
      if (kernels.lz4Decode(source + at, encoded, target, decoded) !== decoded) {
        throw new Error(`the cluster at ${at} does not decode to ${decoded} bytes`);
      }
      at += encoded;
    }
    return performance.now() - started;
  };
}

/**
 * The corpus's first files in the order of their names, 64 MiB of them.
 *
 * @param {string} folder
 * @param {string} target
 */
function writeSample(folder, target) {
  const fd = openSync(target, "w");
  let left = sampleSize;
  /** @param {string} path */
  const visit = (path) => {
    const entries = readdirSync(path, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (left === 0) return;
      const child = join(path, entry.name);
      if (entry.isDirectory()) visit(child);
      else if (entry.isFile()) left -= writeSync(fd, readFileSync(child).subarray(0, left));
    }
  };
  visit(folder);
  closeSync(fd);
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stderr}`);
}
