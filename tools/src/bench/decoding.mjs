// Decoding in WebAssembly against the native libraries, on the same clusters, in memory, one thread each.
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createKernels, decodeStream } from "@erofs/core";
import { openSync as openImage } from "@erofs/reader";
import { fileSource } from "@erofs/reader/node";
import { builtErofsCommand } from "../workspace.mjs";
import { median } from "./measure.mjs";
import { rowOf } from "./report.mjs";

const sampleSize = 32 << 20;
const clusterSizes = [4096, 65536];

/**
 * What is decoded: `passes` of the sample make a run, enough for some 100 ms; as many warm both sides up.
 *
 * @type {readonly { name: string, algorithm: number, peer: string, passes: number }[]}
 */
const codecs = [
  { name: "lz4hc", algorithm: 0, peer: "liblz4", passes: 20 },
  { name: "lzma", algorithm: 1, peer: "liblzma", passes: 1 },
  { name: "deflate", algorithm: 2, peer: "zlib", passes: 2 },
  { name: "zstd", algorithm: 3, peer: "libzstd", passes: 5 },
];

/**
 * @param {import("../corpora.mjs").Corpus} corpus
 * @param {number} runs
 * @param {string} folder
 * @returns {Promise<import("./report.mjs").Row[]>}
 */
export async function benchDecoding(corpus, runs, folder) {
  const native = join(folder, "native-decoders");
  const source = fileURLToPath(new URL("native-decoders.c", import.meta.url));
  run("cc", ["-O2", "-o", native, source, ...libraries.map(({ flag }) => flag)]);
  const sample = mkdtempSync(join(folder, "sample-"));
  writeSample(corpus.path, sample);
  const rows = [];
  for (const { name, algorithm, peer: library, passes } of codecs) {
    for (const size of clusterSizes) {
      const image = join(folder, "sample.erofs");
      const build = ["build", "--quiet", "-z", name, "-C", String(size), "--", sample, image];
      run(process.execPath, [builtErofsCommand(), ...build]);
      const clusters = join(folder, `clusters-${name}-${size}`);
      const bytes = writeClusters(image, clusters);
      const { ours, peer } = await measure(native, algorithm, clusters, passes, runs);
      rows.push(
        rowOf({
          case: `${corpus.name}: decode ${Math.round(bytes / 2 ** 20)} MiB of ${size / 1024} KiB ${name} clusters`,
          peer: library,
          ours: "wasm",
          unit: "ms",
          peerValue: median(peer),
          ourValue: median(ours),
          samples: { peer, ours },
        }),
      );
    }
  }
  return rows;
}

const libraries = [
  { header: "lz4.h", flag: "-llz4", debian: "liblz4-dev" },
  { header: "lzma.h", flag: "-llzma", debian: "liblzma-dev" },
  { header: "zlib.h", flag: "-lz", debian: "zlib1g-dev" },
  { header: "zstd.h", flag: "-lzstd", debian: "libzstd-dev" },
];

/** Why the native side cannot be built here; undefined when it can. */
export function decodingObstacle() {
  if (spawnSync("cc", ["--version"]).error) return "there is no C compiler (cc)";
  const missing = libraries.find(
    ({ header }) => spawnSync("cc", ["-E", "-x", "c", "-"], { input: `#include <${header}>\n` }).status !== 0,
  );
  return missing && `there is no ${missing.header} (Debian: ${missing.debian})`;
}

/**
 * Takes the clusters out of an image of one file, without their padding.
 *
 * @param {string} image
 * @param {string} target as native-decoders.c reads it
 * @returns {number} bytes that they decode to
 */
function writeClusters(image, target) {
  const bytes = readFileSync(image);
  const opened = openImage(fileSource(image));
  const parts = [];
  let decoded = 0;
  for (const { kind, length, physical } of opened.extents(opened.lookup("/sample"))) {
    if (kind !== "compressed" || !physical) continue;
    const stored = bytes.subarray(physical.offset, physical.offset + physical.length);
    const stream = stored.subarray(stored.findIndex((byte) => byte !== 0));
    const header = Buffer.alloc(8);
    header.writeUInt32LE(length, 0);
    header.writeUInt32LE(stream.length, 4);
    parts.push(header, stream);
    decoded += length;
  }
  writeFileSync(target, Buffer.concat(parts));
  return decoded;
}

/**
 * @param {string} native
 * @param {number} algorithm
 * @param {string} clusters
 * @param {number} passes
 * @param {number} runs
 * @returns {Promise<{ ours: number[], peer: number[] }>} milliseconds per pass
 */
async function measure(native, algorithm, clusters, passes, runs) {
  const decodeAll = wasmDecoder(readFileSync(clusters), algorithm);
  const child = spawn(native, [String(algorithm), clusters], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const decodeNatively = async () => {
    child.stdin.write("\n");
    const { value, done } = await answers.next();
    if (done) throw new Error(`the native library could not decode the clusters of ${clusters}`);
    return Number(value) / 1e6;
  };
  for (let warmUp = 0; warmUp < passes; warmUp++) {
    decodeAll();
    await decodeNatively();
  }
  const times = { ours: /** @type {number[]} */ ([]), peer: /** @type {number[]} */ ([]) };
  for (let pass = 0; pass < passes * runs; pass++) {
    times.ours.push(decodeAll());
    times.peer.push(await decodeNatively());
  }
  child.stdin.end();
  return times;
}

/**
 * @param {Uint8Array} clusters
 * @param {number} algorithm
 * @returns {() => number} decodes all of them and answers in milliseconds
 */
function wasmDecoder(clusters, algorithm) {
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
      if (!decodeStream(kernels, algorithm, source + at, encoded, target, decoded, false)) {
        throw new Error(`the cluster at ${at} does not decode to ${decoded} bytes`);
      }
      at += encoded;
    }
    return performance.now() - started;
  };
}

/**
 * The corpus's first files in the order of their names, as one file alone in a folder.
 *
 * @param {string} folder
 * @param {string} target that folder, which is empty
 */
function writeSample(folder, target) {
  const fd = openSync(join(target, "sample"), "w");
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
