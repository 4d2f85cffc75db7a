// A small tree in which everything is met that a file system can throw at an image builder.
// `node tools/src/nasty-tree.mjs FOLDER` makes it.
import { mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { makeCommonParts } from "./nasty-tree/common-parts.mjs";
import { makeLinks } from "./nasty-tree/links.mjs";
import { makeNames } from "./nasty-tree/names.mjs";
import { makeOwnersAndTimes } from "./nasty-tree/owners-and-times.mjs";
import { makeSizes } from "./nasty-tree/sizes.mjs";
import { makeTypes } from "./nasty-tree/types.mjs";
import { makeXattrs } from "./nasty-tree/xattrs.mjs";

/**
 * Makes the tree, the same every time but for the times that nothing sets. Without `privileged` it lacks what
 * only root may make: device nodes, foreign owners, trusted and security xattrs.
 *
 * @param {string} folder which must not exist
 * @param {{ privileged?: boolean }} [options]
 */
export function makeNastyTree(folder, { privileged = process.getuid?.() === 0 } = {}) {
  mkdirSync(folder);
  const makers = [
    makeNames,
    makeSizes,
    makeTypes,
    makeLinks,
    makeXattrs,
    makeOwnersAndTimes,
    makeCommonParts,
  ];
  for (const make of makers) {
    const part = `${folder}/${make.name.replace("make", "").toLowerCase()}`;
    mkdirSync(part);
    make(part, privileged);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    console.error("usage: node tools/src/nasty-tree.mjs FOLDER");
    process.exit(2);
  }
  makeNastyTree(folder);
}
