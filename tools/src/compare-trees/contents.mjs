// Compares the bytes of pairs of files, on several threads when there are many.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { compareFiles } from "./file-bytes.mjs";

/** @typedef {{ path: string, left: string, right: string, size: number }} FilePair byte strings, size in bytes */

/** Fewer are compared here: starting a thread costs some 30 ms. */
const worthThreads = 2000;

/**
 * @param {readonly FilePair[]} pairs of equal size
 * @returns {Promise<string[]>} differences, in the pairs' order
 */
export async function compareContents(pairs) {
  if (pairs.length < worthThreads) return compareFiles(pairs);
  const threads = availableParallelism();
  const shares = Array.from({ length: threads }, (_, thread) =>
    pairs.filter((pair, i) => i % threads === thread),
  );
  const parts = await Promise.all(shares.map(compareOnThread));
  return parts.flat().toSorted();
}

/**
 * @param {FilePair[]} pairs
 * @returns {Promise<string[]>}
 */
function compareOnThread(pairs) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("file-bytes-worker.mjs", import.meta.url), { workerData: pairs });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the comparing thread ended with ${code}`)));
  });
}
