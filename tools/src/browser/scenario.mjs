// Builds a tree in memory to images in memory, with every compressor, and reads them back. It runs alike in Node and,
// bundled, in a browser: what it answers must be the same.
import { buildImage, inProcess, MemorySink } from "@erofs/builder";
import { deflate } from "@erofs/deflate-wasm";
import { FileType } from "@erofs/format";
import { lz4, lz4hc } from "@erofs/lz4-wasm";
import { lzma } from "@erofs/lzma-wasm";
import { memorySource, openSync } from "@erofs/reader";
import { createNode } from "@erofs/tree";
import { zstd } from "@erofs/zstd-wasm";

/** @type {Record<string, import("@erofs/builder").BuildOptions>} */
const recipes = {
  none: {},
  lz4: { compressor: lz4 },
  "lz4hc 12": { compressor: lz4hc, level: 12, pclusterSize: 65536 },
  lzma: { compressor: lzma, pclusterSize: 65536 },
  "lzma 9": { compressor: lzma, level: 9 },
  deflate: { compressor: deflate },
  "deflate 9": { compressor: deflate, level: 9, pclusterSize: 1 << 20 },
  zstd: { compressor: zstd },
  "zstd fragments": { compressor: zstd, fragments: { pclusterSize: 65536 }, tailPacking: true, dedupe: true },
  "zstd 19": { compressor: zstd, level: 19, pclusterSize: 65536 },
};

/**
 * Builds and reads with each recipe.
 *
 * @returns {Promise<Record<string, string>>} the SHA-256 of each image
 */
export async function digestImages() {
  const { root, files } = makeTree();
  /** @type {Record<string, string>} */
  const digests = {};
  for (const [name, options] of Object.entries(recipes)) {
    const sink = new MemorySink();
    await buildImage(root, sink, options, await inProcess(options));
    readBack(sink.image, files, name);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(sink.image)));
    digests[name] = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  return digests;
}

/**
 * @param {Uint8Array} bytes
 * @param {ReadonlyMap<string, Uint8Array>} files
 * @param {string} recipe
 */
function readBack(bytes, files, recipe) {
  const image = openSync(memorySource(bytes));
  for (const [name, expected] of files) {
    const found = image.read(image.lookup(`/${name}`));
    if (found.length !== expected.length || found.some((byte, at) => byte !== expected[at])) {
      throw new Error(`${recipe}: ${name} does not read back`);
    }
  }
}

/** @returns {{ root: import("@erofs/tree").TreeNode, files: Map<string, Uint8Array> }} */
function makeTree() {
  const root = createNode(FileType.directory, 0o755);
  const files = new Map(
    Object.entries({
      empty: new Uint8Array(0),
      mixture: mixture(700_000),
      one: Uint8Array.of(7),
      text: text(900_000),
      "text again": text(900_000),
      zeros: new Uint8Array(2_000_000),
    }),
  );
  for (const [name, bytes] of files) {
    const node = createNode(FileType.regular, 0o644);
    node.size = bytes.length;
    if (bytes.length > 0) node.content = { kind: "memory", bytes };
    root.entries?.push({ name, node });
  }
  return { root, files };
}

/** @param {number} size */
function text(size) {
  let lines = "";
  for (let i = 0; lines.length < size; i++) {
    lines += `entry ${(i * 7919) % 1013}: ${i % 3 ? "as before" : "changed"}, see ${i >> 3}\n`;
  }
  return new TextEncoder().encode(lines.slice(0, size));
}

/** @param {number} size */
function mixture(size) {
  const bytes = text(size);
  let state = 1;
  for (let at = 0; at < size; at++) {
    // xorshift32 (Marsaglia)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    if ((at >> 14) % 3 === 1) bytes[at] = state >>> 11;
  }
  return bytes;
}
