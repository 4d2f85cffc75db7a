import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { compressible, incompressible } from "./bytes.mjs";

/**
 * Sizes around every limit, compressible and not, mixtures of both, and sparse files.
 *
 * @param {string} folder
 */
export function makeSizes(folder) {
  const around = [512, 4096, 8192, 16384, 65536, 131072].flatMap((size) => [size - 1, size, size + 1]);
  // Tails that just fit behind an inode of 32 or 64 bytes in a block of 512 or 4096, and that just do not.
  const tails = [512, 4096].flatMap((block) =>
    [32, 64].flatMap((inode) => [-1, 0, 1].map((delta) => block - inode + delta)),
  );
  for (const size of new Set([0, 1, 2, 31, 32, 100, ...around, ...tails, 5000, 12_345, 1_000_003])) {
    writeFileSync(`${folder}/text-${size}`, compressible(size, size));
    writeFileSync(`${folder}/noise-${size}`, incompressible(size, size));
  }

  const parts = [
    compressible(300_000, 1),
    incompressible(200_000, 2),
    compressible(70_000, 3),
    incompressible(5000, 4),
  ];
  writeFileSync(`${folder}/text and noise`, Buffer.concat(parts));
  writeFileSync(`${folder}/noise and text`, Buffer.concat(parts.toReversed()));
  const stripes = Array.from({ length: 400 }, (_, i) =>
    i % 2 ? incompressible(3000, i) : compressible(2500, i),
  );
  writeFileSync(`${folder}/stripes`, Buffer.concat(stripes));
  writeFileSync(`${folder}/zeros`, Buffer.alloc(3_000_000));
  writeFileSync(`${folder}/one byte repeated`, Buffer.alloc(2_000_001, 0x41));
  writeFileSync(`${folder}/large text`, compressible(6_000_000, 5));

  makeSparse(`${folder}/hole only`, 5_000_000, []);
  makeSparse(`${folder}/hole first`, 4_000_000, [3_999_990]);
  makeSparse(`${folder}/hole last`, 4_000_000, [0]);
  makeSparse(`${folder}/holes between`, 50_000_000, [1_000_000, 1_048_576, 20_000_003, 49_999_000]);
}

/**
 * @param {string} path
 * @param {number} size
 * @param {number[]} offsets where a few bytes of data stand
 */
function makeSparse(path, size, offsets) {
  const fd = openSync(path, "w");
  ftruncateSync(fd, size);
  for (const offset of offsets) writeSync(fd, "data", offset);
  closeSync(fd);
}
