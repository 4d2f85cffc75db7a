import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { makeNode } from "@erofs/linux";

/**
 * Hard links within and across directories, of other types than files too.
 *
 * @param {string} folder
 */
export function makeLinks(folder) {
  for (const name of ["a", "b", "b/c"]) mkdirSync(`${folder}/${name}`);
  writeFileSync(`${folder}/b/c/origin`, "linked three times");
  linkSync(`${folder}/b/c/origin`, `${folder}/a/same`);
  linkSync(`${folder}/b/c/origin`, `${folder}/zz`);
  writeFileSync(`${folder}/twin`, "the same bytes, another inode");
  writeFileSync(`${folder}/a/twin`, "the same bytes, another inode");
  writeFileSync(`${folder}/a/empty`, "");
  linkSync(`${folder}/a/empty`, `${folder}/b/empty`);
  symlinkSync("twin", `${folder}/symlink`);
  linkSync(`${folder}/symlink`, `${folder}/symlink too`);
  makeNode(`${folder}/fifo`, 0o010600, 0, 0);
  linkSync(`${folder}/fifo`, `${folder}/b/fifo`);
  writeFileSync(`${folder}/many`, "x");
  for (let i = 0; i < 300; i++) linkSync(`${folder}/many`, `${folder}/b/c/${i}`);
}
