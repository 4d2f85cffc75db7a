// Node's own modules only: this runs on threads too, which know nothing of the conditions under which tests import.
import { closeSync, openSync, readSync } from "node:fs";

const chunkSize = 1 << 20;

/**
 * @param {readonly import("./contents.mjs").FilePair[]} pairs
 * @returns {{ path: string, text: string }[]} differences
 */
export function compareFiles(pairs) {
  const buffers = { left: Buffer.alloc(chunkSize), right: Buffer.alloc(chunkSize) };
  const differences = [];
  for (const { path, left, right, size } of pairs) {
    if (size === 0) continue;
    try {
      const offset = firstDifference(left, right, size, buffers);
      if (offset !== undefined)
        differences.push({ path, text: `bytes differ in the chunk at ${offset} of ${size}` });
    } catch (error) {
      // EUCLEAN, EIO and the like: what a damaged image gives.
      differences.push({ path, text: /** @type {Error} */ (error).message });
    }
  }
  return differences;
}

/**
 * @param {string} left
 * @param {string} right
 * @param {number} size
 * @param {{ left: Buffer, right: Buffer }} buffers
 * @returns {number | undefined} where the chunk stands that differs
 */
function firstDifference(left, right, size, buffers) {
  const descriptors = { left: open(left), right: open(right) };
  try {
    for (let offset = 0; offset < size; offset += chunkSize) {
      const length = Math.min(chunkSize, size - offset);
      fill(descriptors.left, buffers.left, length, offset);
      fill(descriptors.right, buffers.right, length, offset);
      if (buffers.left.compare(buffers.right, 0, length, 0, length) !== 0) return offset;
    }
    // A file that is longer than its size says is one that lies about itself.
    for (const fd of [descriptors.left, descriptors.right]) {
      if (readSync(fd, buffers.left, 0, 1, size) !== 0) return size;
    }
    return undefined;
  } finally {
    closeSync(descriptors.left);
    closeSync(descriptors.right);
  }
}

/** @param {string} path a byte string */
function open(path) {
  return openSync(Buffer.from(path, "latin1"), "r");
}

/**
 * @param {number} fd
 * @param {Buffer} target
 * @param {number} length
 * @param {number} position
 */
function fill(fd, target, length, position) {
  for (let filled = 0; filled < length;) {
    const count = readSync(fd, target, filled, length - filled, position + filled);
    if (count === 0)
      throw new Error(`a file ends at ${position + filled} where ${position + length} was expected`);
    filled += count;
  }
}
