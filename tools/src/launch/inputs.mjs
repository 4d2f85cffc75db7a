// Tells whether anything that goes into the built command has changed since it was last built.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../workspace.mjs";

const rootInputs = ["pnpm-lock.yaml", "tsconfig.base.json", "turbo.json", "tools/src/build-wasm.mjs"];
const packageInputs = ["src", "assembly", "package.json", "tsconfig.build.json"];

/** Folders of the workspace packages that the command is made of. */
function packageFolders() {
  const packages = readdirSync(join(repository, "packages"), { withFileTypes: true });
  return [
    ...packages.filter((entry) => entry.isDirectory()).map(({ name }) => `packages/${name}`),
    "apps/cli",
  ];
}

/** A digest over path, size and mtime of every source file, and the Node version. Generated files do not count. */
export function inputDigest() {
  const hash = createHash("sha1");
  /** @param {string} path relative to the repository */
  const visit = (path) => {
    const stat = lstatSync(join(repository, path), { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      for (const name of readdirSync(join(repository, path)).toSorted()) visit(`${path}/${name}`);
    } else if (stat && !path.endsWith(".wasm.ts")) {
      hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\0`);
    }
  };
  for (const path of rootInputs) visit(path);
  for (const folder of packageFolders()) for (const input of packageInputs) visit(`${folder}/${input}`);
  hash.update(process.version);
  return hash.digest("hex");
}

/** Whether every package of the command has its main file. */
export function outputsExist() {
  return packageFolders().every((folder) => {
    const manifest = JSON.parse(readFileSync(join(repository, folder, "package.json"), "utf8"));
    const outputs = [
      ...Object.values(manifest.exports ?? {}).map((target) => target.default),
      ...Object.values(manifest.bin ?? {}),
    ];
    return outputs.every((output) => existsSync(join(repository, folder, output)));
  });
}
