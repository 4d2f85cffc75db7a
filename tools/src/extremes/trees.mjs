// Trees at the edge of what there is. Each takes a while and some space; all are the same each time.
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { randomNumbers } from "../fuzz/random.mjs";

/**
 * @typedef {object} Extreme
 * @property {string} about
 * @property {(folder: string) => void} make
 * @property {number} megabytes the most memory that a build may take
 */

/** @type {Record<string, Extreme>} */
export const extremes = {
  million: {
    about: "1,000,000 files of 1 to 2000 bytes in one directory",
    make: makeMillion,
    megabytes: 1024,
  },
  sparse: {
    about: "a file of 20 GiB that is holes but for 1000 places",
    make: makeSparse,
    megabytes: 512,
  },
  large: {
    about: "a file of 5 GiB, half of it noise",
    make: makeLarge,
    megabytes: 512,
  },
};

/** @param {string} folder */
function makeMillion(folder) {
  const bytes = noise(2000, 1);
  for (let i = 0; i < 1_000_000; i++) {
    writeFile(join(folder, `a-file-with-a-name-of-its-own-${i}`), (fd) =>
      writeSync(fd, bytes, 0, 1 + ((i * 7919) % 2000), 0),
    );
  }
}

/** @param {string} folder */
function makeSparse(folder) {
  const size = 20 * 2 ** 30;
  const bytes = noise(10_000, 2);
  writeFile(join(folder, "sparse"), (fd) => {
    ftruncateSync(fd, size);
    for (let i = 0; i < 1000; i++)
      writeSync(fd, bytes, 0, 1 + ((i * 31) % 10_000), Math.floor((size / 1000) * i));
    writeSync(fd, "end", size - 3);
  });
}

/** @param {string} folder */
function makeLarge(folder) {
  const block = noise(1 << 20, 3);
  writeFile(join(folder, "large"), (fd) => {
    for (let i = 0; i < 5 * 1024 + 1; i++) {
      // The second half of each megabyte repeats every 16 bytes, and no two megabytes are equal.
      for (let at = 1 << 19; at < 1 << 20; at++) block[at] = at & 15 ? 120 : i;
      block[i % (1 << 19)] = i;
      writeSync(fd, block, 0, i === 5 * 1024 ? 12_345 : block.length);
    }
  });
}

/**
 * @param {string} path
 * @param {(fd: number) => void} fill
 */
function writeFile(path, fill) {
  const fd = openSync(path, "w");
  try {
    fill(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * @param {number} size
 * @param {number} seed
 */
function noise(size, seed) {
  const next = randomNumbers(seed);
  return Uint8Array.from({ length: size }, () => next(256));
}
