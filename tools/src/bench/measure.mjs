import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} command
 * @property {string[]} args
 */

/**
 * @typedef {object} Timing
 * @property {number[]} seconds wall time of each run
 * @property {number} median of them
 * @property {number | undefined} cpuSeconds the median of user and system time, all threads; on Linux only
 */

/**
 * Runs each contender once a round, so that what else the machine does meets all of them alike.
 *
 * @param {readonly Contender[]} contenders
 * @param {number} runs rounds that count
 * @param {{ before(contender: Contender): void, after?(contender: Contender): void }} hooks not timed
 * @returns {Map<string, Timing>} wall time of the whole process, by contender's name
 */
export function alternate(contenders, runs, hooks) {
  const samples = contenders.map((contender) => ({
    contender,
    wall: /** @type {number[]} */ ([]),
    cpu: /** @type {number[]} */ ([]),
  }));
  for (let run = 0; run < runs; run++) {
    for (const { contender, wall, cpu } of samples) {
      hooks.before(contender);
      const spent = cpuSecondsOfChildren();
      wall.push(timeProcess(contender));
      cpu.push(cpuSecondsOfChildren() - spent);
      hooks.after?.(contender);
    }
  }
  return new Map(
    samples.map(({ contender, wall, cpu }) => {
      const cpuSeconds = median(cpu);
      return [
        contender.name,
        {
          seconds: wall,
          median: median(wall),
          cpuSeconds: Number.isNaN(cpuSeconds) ? undefined : cpuSeconds,
        },
      ];
    }),
  );
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
  if (status !== 0) {
    throw new Error(`${name} (${command} ${args.join(" ")}) ended with ${status}: ${stderr.slice(-2000)}`);
  }
  return elapsed;
}

/** User and system time of the processes that ended: fields 16 and 17 of /proc/self/stat, in ticks of 10 ms. */
function cpuSecondsOfChildren() {
  if (process.platform !== "linux") return Number.NaN;
  const stat = readFileSync("/proc/self/stat", "utf8");
  // Behind the name, which may hold spaces, the third field is the first.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
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
