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
  "lz4-dedupe-legacy": ["-zlz4", "-C16384", "-E", "dedupe,legacy-compress"],
  "lz4hc-dedupe-48bit": ["-zlz4hc", "-b512", "-C8192", "-E", "dedupe,48bit"],
  "lz4-all-fragments-512": ["-zlz4", "-b512", "-C4096", "-E", "all-fragments,dedupe", "--zD"],
  "lz4-metabox": ["-zlz4", "-m4096", "-E", "ztailpacking", "--xattr-prefix=user.", "--xattr-inode-digest"],
  "metabox-512": ["-b512", "-m512"],
  "metabox-chunks": ["-m4096", "--chunksize=4096", "-E", "force-chunk-indexes"],
  "zstd-metabox": ["-zzstd", "-C16384", "-m16384", "-E", "dot-omitted,all-fragments,dedupe", "--zD"],
  "zstd-48bit": ["-zzstd", "-C65536", "-E", "48bit,fragments"],
  "zstd-fragments": ["-zzstd", "-C16384", "-E", "dot-omitted,fragments,ztailpacking,dedupe", "--zD"],
};

/** The same, for those whose chunks are on a device of their own, which follows them in one file. */
const withBlob = {
  "chunks-blob": ["--chunksize=4096"],
  "chunks-blob-512": ["-b512", "--chunksize=512"],
};

/** The same, with devices that stay apart and sound: a blob of its own, and that of another image with some of the chunks. */
const withDevices = {
  "devices-4096": ["--chunksize=4096"],
  "devices-metabox": ["-b512", "-m4096:lz4", "--chunksize=512"],
};

/** Options of `mkfs.erofs`, which writes much in other ways; those that the installed one lacks are left out. */
const peers = {
  "peer-chunks": ["--chunksize=4096"],
  "peer-ztailpacking": ["-zlz4hc", "-C65536", "-Eztailpacking"],
  "peer-fragments": ["-zlz4hc", "-C65536", "-Efragments"],
  "peer-dedupe": ["-zlz4hc", "-C65536", "-Ededupe"],
  "peer-dedupe-fragments": ["-zlz4", "-C16384", "-Ededupe,fragments,ztailpacking", "--zD"],
  "peer-48bit": ["-zzstd,level=3", "-C65536", "-E48bit,dot-omitted,dedupe"],
  "peer-metabox": ["-m4096:zstd", "-zlz4", "-Eztailpacking", "--xattr-prefix=user."],
  "peer-metabox-chunks": ["-m4096", "--chunksize=4096", "-E48bit,force-chunk-indexes"],
};

/**
 * @typedef {object} SeedImage
 * @property {string} name
 * @property {Uint8Array} bytes which are damaged
 * @property {Uint8Array[]} devices its extra devices, which are not
 */

/**
 * @param {string} folder an empty one
 * @returns {SeedImage[]}
 */
export function makeSeedImages(folder) {
  const tree = join(folder, "tree");
  makeTree(tree);
  /** @type {SeedImage[]} */
  const images = [];
  const image = join(folder, "image.erofs");
  const blob = join(folder, "blob");
  for (const [name, options] of Object.entries(own)) {
    build(...options, tree, image);
    images.push({ name, bytes: readFileSync(image), devices: [] });
  }
  for (const [name, options] of Object.entries(withBlob)) {
    build(...options, "--blobdev", blob, tree, image);
    const bytes = Buffer.concat([readFileSync(image), readFileSync(blob)]);
    images.push({ name, bytes, devices: [] });
  }
  const dictionary = { image: join(folder, "dictionary.erofs"), blob: join(folder, "dictionary.blob") };
  for (const [name, options] of Object.entries(withDevices)) {
    build(...options, "--blobdev", dictionary.blob, `${tree}/a`, dictionary.image);
    build(...options, "--blobdev", blob, "--chunk-dict", dictionary.image, tree, image);
    const devices = [blob, dictionary.blob].map((path) => readFileSync(path));
    images.push({ name, bytes: readFileSync(image), devices });
  }
  const peer = findPeers().at(-1);
  if (!peer) return images;
  for (const [name, options] of Object.entries(peers)) {
    if (spawnSync(peer.mkfs, ["--quiet", ...options, image, tree]).status === 0)
      images.push({ name, bytes: readFileSync(image), devices: [] });
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

/** @param {string[]} args for `erofs build` */
function build(...args) {
  const all = [builtErofsCommand(), "build", "--quiet", ...args];
  const { status, stderr } = spawnSync(process.execPath, all, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${all.join(" ")} ended with ${status}: ${stderr}`);
}
