import { cpus, release, totalmem } from "node:os";

/**
 * @typedef {object} Row one comparison
 * @property {string} case
 * @property {string} peer
 * @property {string} ours how ours was run
 * @property {string} unit of both values; less is better
 * @property {number} peerValue
 * @property {number} ourValue
 * @property {{ peer: number | undefined, ours: number | undefined }} [cpuSeconds] of all threads, where it is known
 * @property {number} ratio ours to the peer's
 * @property {{ peer: number[], ours: number[] }} [samples]
 */

/**
 * @param {Omit<Row, "ratio">} row
 * @returns {Row}
 */
export function rowOf(row) {
  return { ...row, ratio: row.ourValue / row.peerValue };
}

/** @param {number} workers */
export function countOf(workers) {
  return workers === 1 ? "1 worker" : `${workers} workers`;
}

export const tableHead =
  "| case | ours | peer | peer's | ours | ratio | CPU peer / ours |\n|---|---|---|--:|--:|--:|--:|";

/** @param {Row} row */
export function tableLine({ case: name, ours, peer, unit, peerValue, ourValue, ratio, cpuSeconds }) {
  const cpu =
    cpuSeconds?.peer && cpuSeconds.ours
      ? `${cpuSeconds.peer.toFixed(1)} / ${cpuSeconds.ours.toFixed(1)} s`
      : "";
  const cells = [name, ours, peer, show(peerValue, unit), show(ourValue, unit), `${ratio.toFixed(3)}×`, cpu];
  return `| ${cells.join(" | ")} |`;
}

/**
 * @param {number} value
 * @param {string} unit
 */
function show(value, unit) {
  return unit === "bytes"
    ? `${(value / 2 ** 20).toFixed(2)} MiB`
    : `${value.toFixed(value < 10 ? 3 : 1)} ${unit}`;
}

/**
 * @param {readonly import("../peers.mjs").Peer[]} peers
 * @param {number} runs
 * @param {boolean} sync
 */
export function describeMachine(peers, runs, sync) {
  const cores = cpus();
  return {
    processor: cores[0]?.model ?? "unknown",
    cores: cores.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: release(),
    node: process.version,
    peers: peers.map(({ version }) => `erofs-utils ${version}`),
    method: `median of ${runs} alternating runs, wall time of the whole process, sources in the page cache`,
    disk: sync ? "ours waits for the disk, erofs-utils does not" : "no build waits for the disk",
  };
}
