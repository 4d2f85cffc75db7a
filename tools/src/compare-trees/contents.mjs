// Compares the bytes of pairs of files, on several threads when there are many.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { compareFiles } from "./file-bytes.mjs";
import { printable } from "./printable.mjs";

/** @typedef {{ path: string, left: string, right: string, size: number }} FilePair byte strings, size in bytes */

/** Fewer are compared here: starting a thread costs some 30 ms. */
const worthThreads = 2000;

/**
 * @param {readonly FilePair[]} pairs of equal size
 * @returns {Promise<string[]>} differences
 */
export async function compareContents(pairs) {
  const differences = pairs.length < worthThreads ? compareFiles(pairs) : await compareOnThreads(pairs);
  return differences.map(({ path, text }) => `${printable(path)}: ${text}`);
}

/** @param {readonly FilePair[]} pairs */
async function compareOnThreads(pairs) {
  const threads = availableParallelism();
  const shares = Array.from({ length: threads }, (_, thread) =>
    pairs.filter((pair, i) => i % threads === thread),
  );
  return (await Promise.all(shares.map(compareOnThread))).flat();
}

/**
 * @param {FilePair[]} pairs
 * @returns {Promise<ReturnType<typeof compareFiles>>}
 */
function compareOnThread(pairs) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("file-bytes-worker.mjs", import.meta.url), { workerData: pairs });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the comparing thread ended with ${code}`)));
  });
}
