// The sound images that are damaged: small, so that thousands of them take seconds, with every layout in them.
import { spawnSync } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { available, makeNode, setXattr } from "@erofs/linux";
import { compressible, incompressible } from "../nasty-tree/bytes.mjs";
import { findPeers } from "../peers.mjs";
import { builtErofsCommand } from "../workspace.mjs";

/** Options of `erofs build`, by the seed image's name. */
const own = {
  none: [],
  "none-512": ["-b512"],
  "none-extended": ["-E", "force-inode-extended"],
  lz4: ["-zlz4"],
  "lz4-512": ["-zlz4", "-b512"],
  "lz4-legacy": ["-zlz4", "-E", "legacy-compress"],
  "lz4hc-64k": ["-zlz4hc", "-C65536"],
  lzma: ["-zlzma"],
  "lzma-64k": ["-zlzma,lc=0,lp=2", "-C65536"],
  deflate: ["-zdeflate"],
  "deflate-64k": ["-zdeflate,level=9", "-C65536"],
  zstd: ["-zzstd"],
  "zstd-64k": ["-zzstd,level=19", "-C65536"],
  chunks: ["--chunksize=4096"],
  "chunk-indexes-512": ["-b512", "--chunksize=2048", "-E", "force-chunk-indexes"],
  "lz4-directories": ["-zlz4", "-b512", "--zD"],
  "lz4-metabox": ["-zlz4", "-m4096", "-E", "ztailpacking", "--xattr-prefix=user.", "--xattr-inode-digest"],
  "metabox-512": ["-b512", "-m512"],
  "zstd-48bit": ["-zzstd", "-C65536", "-E", "48bit,fragments"],
  "zstd-fragments": ["-zzstd", "-C16384", "-E", "dot-omitted,fragments,ztailpacking,dedupe", "--zD"],
};

/** The same, for those whose chunks are on a device of their own, which follows them in one file. */
const withBlob = {
  "chunks-blob": ["--chunksize=4096"],
  "chunks-blob-512": ["-b512", "--chunksize=512"],
};

/** Options of `mkfs.erofs`, for what ours does not write; those that the installed one lacks are left out. */
const peers = {
  "peer-chunks": ["--chunksize=4096"],
  "peer-ztailpacking": ["-zlz4hc", "-C65536", "-Eztailpacking"],
  "peer-fragments": ["-zlz4hc", "-C65536", "-Efragments"],
  "peer-dedupe": ["-zlz4hc", "-C65536", "-Ededupe"],
};

/**
 * @param {string} folder an empty one
 * @returns {Map<string, Buffer>} images by name
 */
export function makeSeedImages(folder) {
  const tree = join(folder, "tree");
  makeTree(tree);
  /** @type {Map<string, Buffer>} */
  const images = new Map();
  const image = join(folder, "image.erofs");
  for (const [name, options] of Object.entries(own)) {
    run(process.execPath, [builtErofsCommand(), "build", "--quiet", ...options, tree, image]);
    images.set(name, readFileSync(image));
  }
  for (const [name, options] of Object.entries(withBlob)) {
    const blob = join(folder, "blob");
    const all = [...options, `--blobdev=${blob}`];
    run(process.execPath, [builtErofsCommand(), "build", "--quiet", ...all, tree, image]);
    images.set(name, Buffer.concat([readFileSync(image), readFileSync(blob)]));
  }
  const peer = findPeers().at(-1);
  if (!peer) return images;
  for (const [name, options] of Object.entries(peers)) {
    if (spawnSync(peer.mkfs, ["--quiet", ...options, image, tree]).status === 0)
      images.set(name, readFileSync(image));
  }
  return images;
}

/** @param {string} folder */
function makeTree(folder) {
  for (const name of ["", "/empty", "/many", "/a", "/a/b"]) mkdirSync(`${folder}${name}`);
  for (const size of [0, 1, 100, 4000, 4096, 30_000]) {
    writeFileSync(`${folder}/text-${size}`, compressible(size, 1));
    writeFileSync(`${folder}/noise-${size}`, incompressible(size, 1));
  }
  const mixture = [
    compressible(40_000, 2),
    incompressible(9000, 3),
    compressible(40_000, 4),
    Buffer.alloc(20_000),
  ];
  writeFileSync(`${folder}/a/mixture`, Buffer.concat(mixture));
  writeFileSync(`${folder}/a/same`, Buffer.concat(mixture));
  linkSync(`${folder}/a/mixture`, `${folder}/a/b/linked`);
  for (let i = 0; i < 250; i++) writeFileSync(`${folder}/many/entry ${i}`, i % 5 === 0 ? String(i) : "");
  const sparse = openSync(`${folder}/sparse`, "w");
  ftruncateSync(sparse, 200_000);
  writeSync(sparse, "data", 100_000);
  closeSync(sparse);
  if (process.platform !== "win32") {
    symlinkSync("a/b/linked", `${folder}/symlink`);
    symlinkSync("t".repeat(3000), `${folder}/long symlink`);
  }
  if (!available()) return;
  makeNode(`${folder}/fifo`, 0o010644, 0, 0);
  for (const name of ["text-1", "text-100", "noise-100", "noise-4000", "many/entry 1", "many/entry 2"]) {
    setXattr(`${folder}/${name}`, "user.a", Buffer.from("the same"), false);
    setXattr(`${folder}/${name}`, "user.single", Buffer.from(name), false);
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stderr}`);
}
