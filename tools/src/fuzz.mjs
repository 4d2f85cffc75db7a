// `pnpm test:fuzz`: damages small sound images, thousands of times, and reads what is left of them. Everything must
// end in a right answer or an ErofsError, within a time limit.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { mutate } from "./fuzz/mutate.mjs";
import { makeSeedImages } from "./fuzz/seed-images.mjs";

const help = `usage: pnpm test:fuzz [OPTIONS]

  --count N      mutations of each image; default 5000
  --seed N       the first seed; default 1
  --image NAME   repeatable; default: all
  --limit S      seconds that one mutation may take; default 5
  --keep FILE    write the mutated image of --seed to FILE, its devices to FILE.1, FILE.2, and do nothing else
`;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "5000" },
    seed: { type: "string", default: "1" },
    image: { type: "string", multiple: true },
    limit: { type: "string", default: "5" },
    keep: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}
const [count, seed, limit] = [Number(values.count), Number(values.seed), Number(values.limit)];
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed) || !(limit > 0)) {
  console.error("--count, --seed and --limit want numbers from 1");
  process.exit(2);
}

const images = makeImages().filter(({ name }) => values.image?.includes(name) ?? true);
const [firstImage] = images;
if (!firstImage) {
  console.error("there is no such image; without --image all are used and named");
  process.exit(2);
}
if (values.keep !== undefined) {
  const { name, bytes, devices } = firstImage;
  writeFileSync(values.keep, mutate(bytes, seed));
  for (const [i, device] of devices.entries()) writeFileSync(`${values.keep}.${i + 1}`, device);
  console.log(`${values.keep}: ${name} with the damage of seed ${seed}`);
  process.exit(0);
}

const threads = Math.min(availableParallelism(), count);
console.log(`${count} mutations each of ${images.map(({ name }) => name).join(", ")}, from seed ${seed}`);
const failures = (await Promise.all(Array.from({ length: threads }, (_, thread) => runShare(thread)))).flat();
for (const { image, seed: bad, message } of failures) {
  console.log(`FAILED --image ${image} --seed ${bad} --count 1: ${message}`);
}
console.log(`${count * images.length - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;

function makeImages() {
  const folder = mkdtempSync(join(tmpdir(), "erofs-fuzz-"));
  try {
    return makeSeedImages(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {number} thread takes every seed that is its number modulo the number of threads
 * @returns {Promise<import("./fuzz/worker.mjs").Finding[]>} what went wrong; a hang or a crash ends the share
 */
function runShare(thread) {
  const progress = new SharedArrayBuffer(12);
  const cells = new Int32Array(progress);
  /** @type {import("./fuzz/worker.mjs").Share} */
  const workerData = {
    images,
    first: seed + thread,
    count: Math.ceil((count - thread) / threads),
    step: threads,
    progress,
  };
  const worker = new Worker(new URL("fuzz/worker.mjs", import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  return new Promise((resolve) => {
    /** @type {import("./fuzz/worker.mjs").Finding[]} */
    const findings = [];
    /** @param {string} message */
    const blame = (message) => {
      findings.push({
        image: images[Atomics.load(cells, 1)]?.name ?? "?",
        seed: Atomics.load(cells, 0),
        message,
      });
    };
    let done = -1;
    let since = performance.now();
    const watch = setInterval(() => {
      const now = Atomics.load(cells, 2);
      if (now !== done) {
        done = now;
        since = performance.now();
      } else if (performance.now() - since > limit * 1000) {
        blame(`takes longer than ${limit} s; the rest of this thread's seeds was not run`);
        void worker.terminate();
      }
    }, 100);
    worker.on("message", (finding) => findings.push(finding));
    worker.on("error", (error) => blame(error.stack ?? error.message));
    worker.on("exit", () => {
      clearInterval(watch);
      resolve(findings);
    });
  });
}
