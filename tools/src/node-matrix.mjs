// Runs all tests on every Node that is supported, each from the npm package `node`.
// `node tools/src/node-matrix.mjs [VERSION…] [-- VITEST ARGUMENTS]`; without versions, all of `supported`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./workspace.mjs";

/** Oldest and newest of what `engines` in the package manifests allows. */
const supported = ["20.19", "22", "24", "26"];

const separator = process.argv.indexOf("--");
const versions = process.argv.slice(2, separator < 0 ? undefined : separator);
const vitestArguments = separator < 0 ? [] : process.argv.slice(separator + 1);

const folder = mkdtempSync(join(tmpdir(), "erofs-node-matrix-"));
/** @type {string[]} */
const summary = [];
let failed = 0;
try {
  for (const version of versions.length > 0 ? versions : supported) {
    const node = installNode(version);
    const exact = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
    console.log(`\n── Node ${exact} ──`);
    const started = performance.now();
    const { ok, counts } = runTests(node);
    if (!ok) failed++;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    summary.push(`${exact.padEnd(10)} ${ok ? "passed" : "FAILED"}  ${counts}, ${seconds} s`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${summary.join("\n")}\n${summary.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/**
 * @param {string} version as npm takes it
 * @returns {string} the path of the binary
 */
function installNode(version) {
  const prefix = join(folder, version);
  const options = ["--no-save", "--no-audit", "--no-fund", "--no-progress", "--prefix", prefix];
  const { status } = spawnSync("npm", ["install", ...options, `node@${version}`], {
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) throw new Error(`npm cannot install node@${version}`);
  return join(prefix, "node_modules/node/bin/node");
}

/**
 * The built command that some tests start runs on the same Node, since it is first on PATH and `execPath`.
 *
 * @param {string} node
 */
function runTests(node) {
  const vitest = join(repository, "node_modules/vitest/vitest.mjs");
  const report = join(folder, "report.json");
  writeFileSync(report, "");
  const { status } = spawnSync(
    node,
    [vitest, "run", "--reporter=dot", "--reporter=json", `--outputFile.json=${report}`, ...vitestArguments],
    {
      cwd: repository,
      stdio: "inherit",
      env: { ...process.env, PATH: `${join(node, "..")}:${process.env["PATH"]}` },
    },
  );
  return { ok: status === 0, counts: countTests(readFileSync(report, "utf8")) };
}

/** @param {string} report vitest's JSON, or nothing when it did not come so far */
function countTests(report) {
  if (report === "") return "no report";
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(report);
  return `${numPassedTests} tests passed, ${numFailedTests} failed, ${numPendingTests} skipped`;
}
