// Makes the trees that benchmarks and the interop matrix work on, from packages of fixed version.
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import { installLinuxSource } from "./corpora/linux-source.mjs";
import { installNpmTree } from "./corpora/npm-tree.mjs";
import { repository } from "./workspace.mjs";

const help = `usage: node tools/src/corpora.mjs [CORPUS…]

Makes trees of files to measure and test with, from packages of fixed versions, and prints their sizes. One that
stands there whole stays as it is. Default: all of

  npm      node_modules of well-known packages, 550 MB
  linux    the sources of Linux, 1.3 GB; linux/fs is its folder fs, counted alone

They are in corpora/, or where EROFS_CORPORA says.
`;

/**
 * @typedef {object} Corpus
 * @property {string} name
 * @property {string} path the tree's folder
 * @property {string} origin what it was made from
 * @property {number} files regular files
 * @property {number} directories
 * @property {number} others symlinks and the rest
 * @property {number} bytes in regular files
 */

/** What makes each corpus: fills an empty folder and answers what it is made from. */
const makers = { npm: installNpmTree, linux: installLinuxSource };

export const corpusNames = /** @type {(keyof typeof makers)[]} */ (Object.keys(makers));

/** Where the corpora stand: `EROFS_CORPORA`, or `corpora` in the repository. */
export function corporaFolder() {
  return resolve(process.env["EROFS_CORPORA"] ?? join(repository, "corpora"));
}

/**
 * Makes a corpus unless it stands there whole, and describes it, or a folder in it. It is made under another name and
 * renamed when complete, so that a broken download leaves no half tree behind its name.
 *
 * @param {string} name `linux`, or `linux/fs` for what is in its folder fs
 * @returns {Corpus}
 */
export function ensureCorpus(name) {
  const [base = "", ...below] = name.split("/");
  const whole = ensureWhole(base);
  if (below.length === 0) return whole;
  const path = join(whole.path, ...below);
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`no folder ${path}`);
  return { name, path, origin: `${whole.origin}, ${below.join("/")} alone`, ...countTree(path) };
}

/**
 * @param {string} name
 * @returns {Corpus}
 */
function ensureWhole(name) {
  const maker = corpusNames.find((known) => known === name);
  if (!maker) throw new Error(`no corpus "${name}": there are ${corpusNames.join(", ")}`);
  const path = join(corporaFolder(), name);
  const description = join(corporaFolder(), `${name}.json`);
  const known = readDescription(description);
  if (known && lstatSync(path, { throwIfNoEntry: false })) return { ...known, path };

  process.stderr.write(`making the corpus "${name}" in ${path}…\n`);
  const partial = `${path}.partial`;
  for (const old of [description, path, partial]) rmSync(old, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const origin = makers[maker](partial);
  const corpus = { name, path, origin, ...countTree(partial) };
  renameSync(partial, path);
  writeFileSync(description, `${JSON.stringify(corpus, undefined, 2)}\n`);
  return corpus;
}

/**
 * @param {string} file
 * @returns {Corpus | undefined}
 */
function readDescription(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {string} root */
function countTree(root) {
  const counts = { files: 0, directories: 0, others: 0, bytes: 0 };
  const pending = [root];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    counts.directories++;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        pending.push(path);
      } else if (entry.isFile()) {
        counts.files++;
        counts.bytes += lstatSync(path).size;
      } else {
        counts.others++;
      }
    }
  }
  return counts;
}

/** @param {Corpus} corpus */
export function describeCorpus({ name, origin, files, directories, others, bytes }) {
  const mebibytes = (bytes / 2 ** 20).toFixed(0);
  return `${name}: ${files} files, ${directories} directories, ${others} others, ${mebibytes} MiB, from ${origin}`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values, positionals: names } = parseArgs({
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h", default: false } },
  });
  if (values.help) {
    process.stdout.write(help);
    process.exit(0);
  }
  for (const name of names.length > 0 ? names : corpusNames) console.log(describeCorpus(ensureCorpus(name)));
}
