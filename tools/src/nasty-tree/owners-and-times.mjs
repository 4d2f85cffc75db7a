import { lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { setTime } from "@erofs/linux";

/**
 * Owners above 65535, times with nanoseconds, before 1970 and after 2038, on all types that matter.
 *
 * @param {string} folder
 * @param {boolean} privileged
 */
export function makeOwnersAndTimes(folder, privileged) {
  const times = [
    [0, 0],
    [0, 1],
    [1, 999_999_999],
    [1_000_000_000, 0],
    [1_600_000_000, 123_456_789],
    [2_147_483_648, 5],
    [4_294_967_296, 6],
    [-1, 0],
    [-1, 999_999_999],
    [-1_000_000_000, 7],
  ];
  times.forEach(([seconds = 0, nanoseconds = 0], i) => {
    writeFileSync(`${folder}/file-${i}`, String(i));
    symlinkSync("target", `${folder}/symlink-${i}`);
    mkdirSync(`${folder}/directory-${i}`);
    for (const type of ["file", "symlink", "directory"]) {
      setTime(`${folder}/${type}-${i}`, seconds, nanoseconds, false);
    }
  });

  if (!privileged) return;
  const ids = [0, 1, 1000, 65534, 65535, 65536, 1_000_000, 4_294_967_294];
  for (const uid of ids) {
    for (const gid of [0, uid]) {
      const path = `${folder}/owner-${uid}-${gid}`;
      writeFileSync(path, "");
      lchownSync(path, uid, gid);
    }
  }
}
