import { spawnSync } from "node:child_process";

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} command
 * @property {string[]} args
 */

/** @typedef {{ seconds: number[], median: number }} Timing */

/**
 * Runs each contender once a round, so that what else the machine does meets all of them alike.
 *
 * @param {readonly Contender[]} contenders
 * @param {number} runs rounds that count
 * @param {{ before(contender: Contender): void, after?(contender: Contender): void }} hooks not timed
 * @returns {Map<string, Timing>} wall time of the whole process, by contender's name
 */
export function alternate(contenders, runs, hooks) {
  const seconds = new Map(contenders.map(({ name }) => [name, /** @type {number[]} */ ([])]));
  for (let run = 0; run < runs; run++) {
    for (const contender of contenders) {
      hooks.before(contender);
      seconds.get(contender.name)?.push(timeProcess(contender));
      hooks.after?.(contender);
    }
  }
  return new Map([...seconds].map(([name, times]) => [name, { seconds: times, median: median(times) }]));
}

/** @param {Contender} contender */
function timeProcess({ name, command, args }) {
  const started = performance.now();
  const { status, stderr, error } = spawnSync(command, args, {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const elapsed = (performance.now() - started) / 1000;
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${name} (${command} ${args.join(" ")}) ended with ${status}: ${stderr.slice(-2000)}`);
  return elapsed;
}

/**
 * @param {readonly number[]} values at least one
 * @returns {number}
 */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
