// A client of the soak: reads a mount at random and compares with the source, until it is killed. Tells its parent how
// many bytes were equal, and ends with what was not.
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);

const MAX_READ = 300_000;
/** Reads of one open file. */
const READS = 8;

const { source, mounted, seed } = /** @type {{ source: string, mounted: string, seed: number }} */ (
  workerData
);

let state = seed;
/** @param {number} limit */
function random(limit) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

/** @param {string} path @param {string} what */
function differs(path, what) {
  throw new Error(`${path}: ${what} differs from the source`);
}

/** Goes down from the root by chance. @returns {string} a path below both trees */
function anyPath() {
  let path = "";
  for (;;) {
    const names = readdirSync(source + path).toSorted();
    if (
      readdirSync(mounted + path)
        .toSorted()
        .join("\0") !== names.join("\0")
    )
      differs(path, "the listing");
    const name = names[random(names.length)];
    if (name === undefined) return path;
    path += `/${name}`;
    if (!lstatSync(source + path).isDirectory()) return path;
  }
}

const left = Buffer.alloc(MAX_READ);
const right = Buffer.alloc(MAX_READ);

/** @param {string} path @returns {number} bytes compared */
function compareFile(path) {
  const [a, b] = [openSync(source + path, "r"), openSync(mounted + path, "r")];
  const size = lstatSync(source + path).size;
  let bytes = 0;
  try {
    for (let i = 0; i < READS; i++) {
      const length = 1 + random(MAX_READ);
      const offset = random(size + 4096);
      const count = readSync(a, left, 0, length, offset);
      if (readSync(b, right, 0, length, offset) !== count) differs(path, `the length from ${offset}`);
      if (left.compare(right, 0, count, 0, count) !== 0)
        differs(path, `what ${count} bytes from ${offset} are`);
      bytes += count;
    }
  } finally {
    closeSync(a);
    closeSync(b);
  }
  return bytes;
}

for (;;) {
  let bytes = 0;
  for (let i = 0; i < 20; i++) {
    const path = anyPath();
    const [a, b] = [lstatSync(source + path), lstatSync(mounted + path)];
    if (a.mode !== b.mode || a.uid !== b.uid || a.mtimeMs !== b.mtimeMs) differs(path, "what stat says");
    if (a.isFile()) {
      if (a.size !== b.size) differs(path, "the size");
      bytes += compareFile(path);
    } else if (a.isSymbolicLink() && readlinkSync(source + path) !== readlinkSync(mounted + path)) {
      differs(path, "the target");
    }
  }
  port.postMessage(bytes);
}
