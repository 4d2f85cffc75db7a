import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll } from "vitest";

import { erofs } from "./command.ts";

/** A name that is no UTF-8 and would move the cursor of a terminal, as `erofs ls` shows it. */
export const hostileName = String.raw`bad\xff\n\x1b[31mname`;
const hostileBytes = Buffer.from("bad\u00ff\n\u001b[31mname", "latin1");

/** 1 MiB and a bit of lines that compress. */
export const bigText = Array.from({ length: 180_000 }, (_, i) => `${i}\n`).join("");

/** A time of all files, to be seen in listings. */
const time = 1_700_000_000;

export interface Sample {
  /** A folder for the test's own files, removed after the test file's last test. */
  readonly folder: string;
  /** The tree. */
  readonly source: string;
  /** An image of it, uncompressed. */
  readonly image: string;
}

/** Makes a folder that is removed when the test file ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "erofs-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A small tree with a file of each kind that needs no privilege, and its image. */
export async function createSample(): Promise<Sample> {
  const folder = temporaryFolder();
  const source = join(folder, "source");
  mkdirSync(join(source, "sub/deep"), { recursive: true });
  writeFileSync(join(source, "hello.txt"), "hello\n");
  writeFileSync(join(source, "big.txt"), bigText);
  writeFileSync(join(source, "sub/deep/é.txt"), "accent\n");
  writeFileSync(Buffer.concat([Buffer.from(`${source}/`), hostileBytes]), "x");
  writeFileSync(join(source, ".hidden"), "");
  chmodSync(join(source, "hello.txt"), 0o4755);
  chmodSync(join(source, "big.txt"), 0o640);
  linkSync(join(source, "hello.txt"), join(source, "sub/hard"));
  symlinkSync("hello.txt", join(source, "link"));
  symlinkSync("sub", join(source, "sub-link"));
  for (const name of ["hello.txt", "big.txt", ".hidden", "sub/deep/é.txt", "sub/deep", "sub", "."]) {
    utimesSync(join(source, name), time, time);
  }
  const image = join(folder, "sample.erofs");
  const { status, stderr } = await erofs(["build", "--quiet", "--all-root", "--workers", "0", source, image]);
  if (status !== 0) throw new Error(`the sample could not be built: ${stderr}`);
  return { folder, source, image };
}
