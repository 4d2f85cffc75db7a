// Runs a share of the seeds. Tells by shared memory which one it is at, so that the main thread notices a hang.
import { parentPort, workerData } from "node:worker_threads";
import { ErofsError } from "@erofs/format";
import { exerciseAsync, exerciseSync } from "./exercise.mjs";
import { mutate } from "./mutate.mjs";

/**
 * @typedef {object} Share
 * @property {import("./seed-images.mjs").SeedImage[]} images
 * @property {number} first seed
 * @property {number} count
 * @property {number} step from one seed to the next
 * @property {SharedArrayBuffer} progress i32: the seed that is being run, the image's number, how many are done
 */

/** @typedef {{ image: string, seed: number, message: string }} Finding */

const { images, first, count, step, progress } = /** @type {Share} */ (workerData);
const cells = new Int32Array(progress);

/** @param {unknown} error */
function onError(error) {
  if (!(error instanceof ErofsError)) throw error;
}

for (const [index, { name: image, bytes, devices }] of images.entries()) {
  for (let i = 0; i < count; i++) {
    const seed = first + i * step;
    Atomics.store(cells, 1, index);
    Atomics.store(cells, 0, seed);
    Atomics.add(cells, 2, 1);
    try {
      const damaged = mutate(bytes, seed);
      exerciseSync(damaged, devices, onError);
      if (seed % 4 === 0) await exerciseAsync(damaged, devices, onError);
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
      parentPort?.postMessage(/** @satisfies {Finding} */ ({ image, seed, message }));
    }
  }
}
