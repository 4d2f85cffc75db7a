import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../workspace.mjs";

const manifests = join(repository, "tools/corpora/npm");

/**
 * Installs the packages of `tools/corpora/npm/package-lock.json`, each checked against its digest there.
 * Nothing of them is run, and optional dependencies, which differ between platforms, are left out.
 *
 * @param {string} folder an empty one
 * @returns {string} what the tree is made from
 */
export function installNpmTree(folder) {
  for (const name of ["package.json", "package-lock.json"])
    copyFileSync(join(manifests, name), join(folder, name));
  const options = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--no-progress"];
  const { status, error } = spawnSync("npm", ["ci", ...options], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`npm ci ended with exit code ${status}`);
  // npm's own bookkeeping; the tree is what the packages contain.
  rmSync(join(folder, "node_modules/.package-lock.json"));
  const lock = JSON.parse(readFileSync(join(manifests, "package-lock.json"), "utf8"));
  return `${Object.keys(lock.packages).length - 1} npm packages of tools/corpora/npm/package-lock.json`;
}
