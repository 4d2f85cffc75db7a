// Compares two directory trees as someone would who moved from one to the other: types, names as bytes, modes,
// owners, times in nanoseconds, link counts and which names share an inode, symlink targets, device numbers,
// all extended attributes, and every byte.
// `node tools/src/compare-trees.mjs LEFT RIGHT` prints the differences and exits with 1 if there are any.
import { readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { compareAttributes, readAttributes } from "./compare-trees/attributes.mjs";
import { compareContents } from "./compare-trees/contents.mjs";
import { HardLinks } from "./compare-trees/hard-links.mjs";
import { printable } from "./compare-trees/printable.mjs";

/**
 * @typedef {object} Comparison
 * @property {number} entries names in the left tree, its root included
 * @property {string[]} differences one line each
 */

/**
 * @param {string} left
 * @param {string} right
 * @returns {Promise<Comparison>}
 */
export async function compareTrees(left, right) {
  const roots = { left: Buffer.from(left).toString("latin1"), right: Buffer.from(right).toString("latin1") };
  /** @type {string[]} */
  const differences = [];
  /** @type {import("./compare-trees/contents.mjs").FilePair[]} */
  const files = [];
  const links = new HardLinks();
  let entries = 0;
  const pending = [""];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    entries++;
    const paths = { left: roots.left + path, right: roots.right + path };
    const attributes = { left: readAttributes(paths.left), right: readAttributes(paths.right) };
    const shown = printable(path || "/");
    for (const text of compareAttributes(attributes.left, attributes.right))
      differences.push(`${shown}: ${text}`);
    if (attributes.left.type !== attributes.right.type) continue;

    if (attributes.left.type === "directory") {
      const names = { left: readNames(paths.left), right: readNames(paths.right) };
      for (const name of names.left) {
        if (names.right.has(name)) pending.push(`${path}/${name}`);
        else differences.push(`${printable(`${path}/${name}`)}: only on the left`);
      }
      for (const name of names.right) {
        if (!names.left.has(name)) differences.push(`${printable(`${path}/${name}`)}: only on the right`);
      }
    } else {
      const first = links.add(path, attributes.left, attributes.right);
      if (first && attributes.left.type === "file" && attributes.left.size === attributes.right.size) {
        files.push({ path, ...paths, size: Number(attributes.left.size) });
      }
    }
  }
  differences.push(...links.differences());
  differences.push(...(await compareContents(files)));
  return { entries, differences };
}

/**
 * @param {string} path a byte string
 * @returns {Set<string>} byte strings
 */
function readNames(path) {
  const names = readdirSync(Buffer.from(path, "latin1"), { encoding: "buffer" });
  const set = new Set(names.map((name) => name.toString("latin1")));
  if (set.size !== names.length) throw new Error(`${printable(path)} lists a name twice`);
  return set;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [left, right] = process.argv.slice(2);
  if (left === undefined || right === undefined) {
    console.error("usage: node tools/src/compare-trees.mjs LEFT RIGHT");
    process.exit(2);
  }
  const { entries, differences } = await compareTrees(left, right);
  for (const line of differences) console.log(line);
  console.log(`${entries} entries compared, ${differences.length} differences`);
  if (differences.length > 0) process.exitCode = 1;
}
