import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { makeNode } from "@erofs/linux";

const typeBits = { fifo: 0o010000, character: 0o020000, block: 0o060000, socket: 0o140000 };

/**
 * Every type of inode, every permission bit.
 *
 * @param {string} folder
 * @param {boolean} privileged
 */
export function makeTypes(folder, privileged) {
  makeNode(`${folder}/fifo`, typeBits.fifo | 0o640, 0, 0);
  makeNode(`${folder}/socket`, typeBits.socket | 0o755, 0, 0);
  if (privileged) {
    makeNode(`${folder}/null`, typeBits.character | 0o666, 1, 3);
    makeNode(`${folder}/largest device`, typeBits.block | 0o600, 0xfff, 0xfffff);
    makeNode(`${folder}/major over 255`, typeBits.character | 0o600, 256, 1);
    makeNode(`${folder}/minor over 255`, typeBits.block | 0o600, 1, 256);
    // What overlayfs takes for a deleted file.
    makeNode(`${folder}/whiteout`, typeBits.character, 0, 0);
  }

  for (const length of [
    1, 59, 60, 61, 100, 447, 448, 449, 479, 480, 481, 4031, 4032, 4033, 4063, 4064, 4065, 4094, 4095,
  ]) {
    symlinkSync("t".repeat(length), `${folder}/symlink-${length}`);
  }
  symlinkSync(Buffer.from("\xff\xfe/caf\xe9", "latin1"), `${folder}/symlink not UTF-8`);
  symlinkSync("/etc/passwd", `${folder}/absolute symlink`);
  symlinkSync("..", `${folder}/symlink up`);
  symlinkSync("symlink loop", `${folder}/symlink loop`);

  for (const mode of [0o000, 0o001, 0o400, 0o644, 0o777, 0o1644, 0o2755, 0o4755, 0o7777]) {
    const name = mode.toString(8);
    writeFileSync(`${folder}/file-${name}`, name);
    // Whoever is not root could not read them back.
    chmodSync(`${folder}/file-${name}`, privileged ? mode : mode | 0o400);
    mkdirSync(`${folder}/directory-${name}`);
    chmodSync(`${folder}/directory-${name}`, privileged ? mode : mode | 0o700);
  }
}
