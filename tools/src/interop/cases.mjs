/**
 * @typedef {object} BuildCase
 * @property {string} name
 * @property {string} compression as for `-z`, or "none"
 * @property {number} blockSize
 * @property {number} pclusterSize
 * @property {string[]} args for `erofs build`
 */

export const compressions = ["none", "lz4", "lz4hc,level=12"];
export const blockSizes = [512, 4096, 16384, 65536];
export const pclusterSizes = [4096, 65536, 1 << 20];

/** Linux mounts no LZ4 image with larger clusters ("too large lz4 pclusterblks"), whatever the block size. */
const mostBlocks = 256;

/**
 * @param {string} compression
 * @param {number} blockSize
 * @param {number} pclusterSize
 * @param {string[]} [extra]
 * @returns {BuildCase}
 */
export function buildCase(compression, blockSize, pclusterSize, extra = []) {
  const clusters = compression === "none" ? [] : ["-z", compression, "-C", String(pclusterSize)];
  const pcluster = compression === "none" ? [] : [`pcluster ${pclusterSize}`];
  return {
    name: [compression, `block ${blockSize}`, ...pcluster, ...extra].join(", "),
    compression,
    blockSize,
    pclusterSize,
    args: ["-b", String(blockSize), ...clusters, ...extra],
  };
}

/**
 * Every combination that exists: a cluster has at least one block, and at most so many as Linux takes,
 * so that the largest cluster of blocks of 512 bytes is 128 KiB here.
 *
 * @returns {BuildCase[]}
 */
export function allCases() {
  return blockSizes.flatMap((blockSize) =>
    compressions.flatMap((compression) => {
      if (compression === "none") return [buildCase(compression, blockSize, blockSize)];
      return pclusterSizes
        .filter((size) => size >= blockSize)
        .map((size) => buildCase(compression, blockSize, Math.min(size, mostBlocks * blockSize)));
    }),
  );
}
