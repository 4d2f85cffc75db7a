/**
 * @typedef {object} BuildCase
 * @property {string} name
 * @property {string} compression as for `-z`, or "none"
 * @property {number} blockSize
 * @property {number} pclusterSize
 * @property {string[]} words for `-E`, and options that begin with `--`
 * @property {string[]} args for `erofs build`
 * @property {boolean} hasBlob whether chunks go to a file of their own
 * @property {boolean} hasDictionary whether another image has some of the chunks
 */

/** Each encoder at its lowest and highest levels and between: another parser, another match finder. */
const levels = {
  lz4hc: [1, 9, 12],
  lzma: [0, 3, 6, 9],
  deflate: [0, 1, 6, 9, 10, 12],
  zstd: [1, 3, 6, 9, 13, 16, 19, 22],
};
export const compressions = [
  "none",
  "lz4",
  ...Object.entries(levels).flatMap(([name, known]) => known.map((level) => `${name},level=${level}`)),
  "auto",
];
/** The smallest, the usual one, and two that Linux mounts only where its pages are as large. */
export const blockSizes = [512, 4096, 16384, 65536];
export const pclusterSizes = [4096, 16384, 65536, 1 << 20];

/**
 * Blocks of the largest cluster. Linux mounts no LZ4 image with larger ones ("too large lz4 pclusterblks"), whatever
 * the block size; the others are limited by the 11 bits of an index.
 *
 * @param {string} compression
 */
function mostBlocks(compression) {
  return compression.startsWith("lz4") || compression === "auto" ? 256 : 1024;
}

/** Options for which files are made beside the image. */
const filed = ["--blobdev", "--chunk-dict"];

/**
 * @param {string} compression
 * @param {number} blockSize
 * @param {number} pclusterSize
 * @param {string[]} [words] for `-E`, and options; `--blobdev` and `--chunk-dict` without a value
 * @returns {BuildCase}
 */
export function buildCase(compression, blockSize, pclusterSize, words = []) {
  const clusters = compression === "none" ? [] : ["-z", compression, "-C", String(pclusterSize)];
  const pcluster = compression === "none" ? [] : [`pcluster ${pclusterSize}`];
  const extended = words.filter((word) => !word.startsWith("--"));
  const options = words.filter((word) => word.startsWith("--") && !filed.includes(word));
  const layout = [...(extended.length === 0 ? [] : ["-E", extended.join()]), ...options];
  return {
    name: [compression, `block ${blockSize}`, ...pcluster, ...words].join(", "),
    compression,
    blockSize,
    pclusterSize,
    words,
    args: ["-b", String(blockSize), ...clusters, ...layout],
    hasBlob: words.includes("--blobdev"),
    hasDictionary: words.includes("--chunk-dict"),
  };
}

/**
 * Every combination that exists: a cluster has at least one block, and at most so many as Linux takes.
 *
 * @param {string[]} [words] for `-E`, and options
 * @param {readonly number[]} [sizes] of blocks
 * @returns {BuildCase[]}
 */
export function allCases(words = [], sizes = blockSizes) {
  return sizes.flatMap((blockSize) =>
    compressions.flatMap((compression) => {
      if (compression === "none") return [buildCase(compression, blockSize, blockSize, words)];
      return pclusterSizes
        .filter((size) => size >= blockSize)
        .map((size) =>
          buildCase(compression, blockSize, Math.min(size, mostBlocks(compression) * blockSize), words),
        );
    }),
  );
}
