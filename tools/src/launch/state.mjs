// Tells whether anything that the built command is made of has changed since it was last built.
import { createHash } from "node:crypto";
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../workspace.mjs";

const rootInputs = ["pnpm-lock.yaml", "tsconfig.base.json", "turbo.json", "tools/src/build-wasm.mjs"];
const packageInputs = ["src", "assembly", "package.json", "tsconfig.build.json"];

/** A digest over path, size and mtime of every source file, and the Node version. Generated files do not count. */
export function inputDigest() {
  const paths = [
    ...rootInputs,
    ...packageFolders().flatMap((folder) => packageInputs.map((name) => `${folder}/${name}`)),
  ];
  return digest(paths, ({ size, mtimeMs }) => `${size} ${mtimeMs}`);
}

/** A digest over what was built. Without times, since a build that finds its result in a cache copies it anew. */
export function outputDigest() {
  return digest(
    packageFolders().map((folder) => `${folder}/dist`),
    ({ size }) => String(size),
  );
}

/** Folders of the workspace packages that the command is made of. */
function packageFolders() {
  const packages = readdirSync(join(repository, "packages"), { withFileTypes: true });
  return [
    ...packages.filter((entry) => entry.isDirectory()).map(({ name }) => `packages/${name}`),
    "apps/cli",
  ];
}

/**
 * @param {string[]} paths relative to the repository; what is not there counts as nothing
 * @param {(stat: import("node:fs").Stats) => string} describe
 */
function digest(paths, describe) {
  const hash = createHash("sha1").update(process.version);
  const pending = [...paths];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const absolute = join(repository, path);
    const stat = lstatSync(absolute, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      for (const name of readdirSync(absolute).toSorted()) pending.push(`${path}/${name}`);
    } else if (stat && !path.endsWith(".wasm.ts")) {
      hash.update(`${path}\0${describe(stat)}\0`);
    }
  }
  return hash.digest("hex");
}
