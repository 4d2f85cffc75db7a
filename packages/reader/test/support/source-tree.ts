import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { makeNode, setXattr as setXattrOf } from "@erofs/linux";
import { noise, prose } from "./random.ts";

export const isRoot = process.getuid?.() === 0;

/**
 * Fills a directory with what images are made of: sizes around block boundaries, files that compress and that do not,
 * holes, links, special files, names that sort oddly, many entries, attributes.
 * @param longest bytes of the longest name
 */
export function makeSourceTree(root: string, longest = 255): void {
  mkdirSync(root);
  const path = (name: string) => join(root, name);
  mkdirSync(path("sizes"));
  for (const size of [0, 1, 511, 512, 513, 3000, 4095, 4096, 4097, 8192, 20000]) {
    writeFileSync(path(`sizes/${size}`), prose(size, size));
  }
  writeFileSync(path("prose"), prose(700_000, 1));
  writeFileSync(path("aligned"), prose(256 * 1024, 2));
  writeFileSync(path("noise"), noise(100_000, 3));
  writeFileSync(
    path("mixed"),
    Buffer.concat([prose(150_000, 4), noise(40_000, 5), prose(90_001, 6), noise(9000, 7), prose(50_000, 8)]),
  );
  // Extents of more than 2047 lclusters, where distances are clipped.
  writeFileSync(path("zeros"), new Uint8Array(9 << 20));
  const sparse = openSync(path("sparse"), "w");
  writeSync(sparse, prose(10_000, 9), 0, 10_000, 300_000);
  writeSync(sparse, noise(5000, 10), 0, 5000, 1_000_000);
  ftruncateSync(sparse, 2_000_000);
  closeSync(sparse);
  writeFileSync(path("twin-a"), prose(300_000, 11));
  writeFileSync(path("twin-b"), Buffer.concat([prose(300_000, 11), prose(30_000, 12)]));

  mkdirSync(path("many"));
  for (let i = 0; i < 400; i++) writeFileSync(path(`many/entry-${i}-${"n".repeat(i % 50)}`), `${i}`);
  mkdirSync(path("names"));
  for (const name of [
    " space",
    "!bang",
    "-dash",
    "...",
    ".a",
    "z",
    "Z",
    "ü",
    "x".repeat(longest),
    "日本語",
  ]) {
    writeFileSync(path(`names/${name}`), name);
  }
  writeFileSync(Buffer.concat([Buffer.from(path("names/latin")), Buffer.from([0xe9, 0xff])]), "not UTF-8");
  mkdirSync(path("empty"));
  mkdirSync(path("deep/er/and/deeper"), { recursive: true });
  writeFileSync(path("deep/er/and/deeper/file"), "down here");

  symlinkSync("prose", path("link"));
  symlinkSync("../deep/er/and/../and/deeper/file", path("deep/relative"));
  symlinkSync("/deep/er", path("deep/absolute"));
  symlinkSync("loop-b", path("loop-a"));
  symlinkSync("loop-a", path("loop-b"));
  symlinkSync("nowhere", path("dangling"));
  symlinkSync("t".repeat(4000), path("long-link"));
  linkSync(path("noise"), path("hard-a"));
  linkSync(path("noise"), path("deep/hard-b"));
  execFileSync("mkfifo", [path("fifo")]);
  chmodSync(path("sizes/1"), 0o4755);
  chmodSync(path("empty"), 0o1777);
  utimesSync(path("sizes/512"), 1e9, 1_234_567_890.5);
  lutimesSync(path("link"), 1e9, 1e9);

  setXattr(path("prose"), "user.a", "1");
  setXattr(path("sizes/1"), "user.a", "1");
  setXattr(path("sizes/511"), "user.a", "1");
  setXattr(path("sizes/512"), "user.a", "1");
  setXattr(path("sizes/513"), "user.a", "other");
  setXattr(path("sizes/3000"), "user.empty", "");
  setXattr(path("deep"), "user.long-enough-name", "v".repeat(1000));
  for (let i = 0; i < 40; i++) setXattr(path("many"), `user.number-${i}`, "w".repeat(i));
  if (!isRoot) return;
  setXattr(path("deep"), "trusted.overlay.opaque", "y");
  setXattr(path("empty"), "trusted.overlay.redirect", "/elsewhere");
  setXattr(path("noise"), "security.thing", "s");
  makeNode(path("char"), 0o020644, 259, 70_000);
  makeNode(path("block"), 0o060600, 7, 3);
  makeNode(path("socket"), 0o140755, 0, 0);
  chownSync(path("sizes/4096"), 70_000, 80_000);
  lchownSync(path("dangling"), 1000, 1000);
}

function setXattr(file: string, name: string, value: string): void {
  setXattrOf(file, name, Buffer.from(value), false);
}
