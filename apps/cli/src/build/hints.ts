import { readFileSync } from "node:fs";

import { CompressorOptionError, type CompressorSpec, parseCompressorSpec } from "@erofs/compressor";
import { type ByteString, fromText, parseSize } from "@erofs/format";

import { CommandFailure, describe } from "../failure.ts";
import { posixRegex } from "./posix-regex.ts";

/** What a line of a file of hints says. */
export interface Hint {
  /** `FILE:LINE`, for messages. */
  readonly place: string;
  /** Of paths without a slash in front, as bytes. */
  readonly pattern: RegExp;
  /** Bytes; 0: files are stored as they are. */
  readonly pclusterSize: number;
  /** An index of what `-z` lists, or a compressor that the line names itself. */
  readonly compressor: number | CompressorSpec;
}

function parseLine(line: string, place: string): Hint {
  const match = /^[ \t]*(\S+)[ \t]+(\S+)(?:[ \t](.+))?$/s.exec(line);
  if (match === null) throw new CommandFailure(`${place}: expected SIZE [COMPRESSOR] PATTERN`);
  const [, sizeText = "", second = "", rest] = match;
  const pclusterSize = parseSize(sizeText);
  if (pclusterSize === undefined) {
    throw new CommandFailure(`${place}: '${sizeText}' is no size, expected one such as 65536, 64K or 0`);
  }
  const [compressorText, patternText] = rest === undefined ? ["0", second] : [second, rest];
  if (/^auto(?:,|$)/.test(compressorText)) {
    throw new CommandFailure(
      `${place}: auto cannot stand here; files that no line is for are left to -z auto`,
    );
  }
  try {
    const compressor = /^\d+$/.test(compressorText)
      ? Number(compressorText)
      : parseCompressorSpec(compressorText);
    return { place, pattern: posixRegex(fromText(patternText)), pclusterSize, compressor };
  } catch (cause) {
    if (cause instanceof CompressorOptionError)
      throw new CommandFailure(`${place}: ${cause.message}`, { cause });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(`${place}: pattern '${patternText}': ${reason}`, { cause });
  }
}

/**
 * The hints of a file of `mkfs.erofs --compress-hints`: lines of `SIZE [INDEX] PATTERN`, and empty ones or ones that
 * begin with `#`. A size may have a unit, and a compressor as for `-z` may stand in place of the index.
 * @throws CommandFailure which names the line
 */
export function parseHints(text: string, file: string): Hint[] {
  return text
    .split("\n")
    .map((line, index) => ({ line: line.replace(/\r$/, ""), place: `${file}:${index + 1}` }))
    .filter(({ line }) => line.trim() !== "" && !line.startsWith("#"))
    .map(({ line, place }) => parseLine(line, place));
}

/** @throws CommandFailure which names the file, or its line */
export function readHints(file: string): Hint[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    const reason = describe(cause);
    throw new CommandFailure(reason.startsWith(`'${file}'`) ? reason : `'${file}': ${reason}`, { cause });
  }
  return parseHints(text, file);
}

/** The first hint for a path: what stands further up goes before. */
export function hintFor(hints: readonly Hint[], path: ByteString): number | undefined {
  const index = hints.findIndex(({ pattern }) => pattern.test(path));
  return index < 0 ? undefined : index;
}
