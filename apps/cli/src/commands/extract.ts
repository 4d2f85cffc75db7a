import { type ByteString, ErofsError } from "@erofs/format";
import { createExclusion } from "@erofs/input-directory";
import { extract, type ExtractOptions, type ExtractStats } from "@erofs/output-directory";
import type { SyncImage } from "@erofs/reader";
import type { Command } from "commander";

import { ExitCode } from "../exit-code.ts";
import { CommandFailure, UsageError } from "../failure.ts";
import { isUrl } from "../image/devices.ts";
import {
  addImageOptions,
  type Image,
  type ImageOptions,
  namedCompressors,
  withImage,
} from "../image/open-image.ts";
import { locate } from "../image/paths.ts";
import type { Invocation } from "../invocation.ts";
import { integerValue } from "../options/integer.ts";
import { repeatable } from "../options/list.ts";
import { toJson } from "../terminal/json.ts";
import { Progress } from "../terminal/progress.ts";
import { formatDuration, formatSize, plural } from "../terminal/units.ts";
import { WarningLog } from "../terminal/warnings.ts";

interface ExtractFlags extends ImageOptions {
  readonly match?: readonly string[];
  readonly owner?: boolean;
  readonly xattrs: boolean;
  readonly overwrite?: true;
  readonly keepGoing?: true;
  readonly workers?: number;
  readonly progress?: boolean;
  readonly quiet?: true;
  readonly json?: true;
}

const epilogue = `
DIR is made when it is missing. It must be empty, unless --overwrite is given; nothing is ever written outside it.
Each PATH stands at its place below DIR afterwards, with the directories that lead to it.

Patterns of --match: one without a slash, like '*.so', is for names anywhere; one with a slash, like
'usr/share/doc/**', for paths from the image's root on. A directory that matches comes with all that is in it.`;

/** What `--match` picks; undefined for everything. */
function matcher(globs: readonly string[] | undefined): ExtractOptions["match"] {
  const matches = createExclusion([], globs ?? []);
  if (matches === undefined) return undefined;
  return (path, isDirectory) => {
    const slash = path.lastIndexOf("/");
    return path !== "" && matches(path.slice(0, Math.max(0, slash)), path.slice(slash + 1), isDirectory);
  };
}

function summaryLine(target: string, stats: ExtractStats, milliseconds: number): string {
  const { files, directories, bytes, errors } = stats;
  const failed = errors === 0 ? "" : `; ${plural(errors, "thing")} could not be extracted`;
  const counts = `${plural(files, "file")}, ${plural(directories, "directory", "directories")}`;
  return `${target}: ${counts}; ${formatSize(bytes)} in ${formatDuration(milliseconds)}${failed}`;
}

/** What the flags ask for, with each path as the image spells it. */
async function extractOptions(
  image: Image,
  location: string,
  target: string,
  paths: readonly string[],
  devices: readonly string[] | undefined,
  flags: ExtractFlags,
): Promise<ExtractOptions> {
  const found: ByteString[] = [];
  for (const path of paths) found.push((await locate(image, path, false)).path);
  return {
    target,
    paths: found.length === 0 ? undefined : found,
    match: matcher(flags.match),
    owners: flags.owner,
    xattrs: flags.xattrs,
    overwrite: flags.overwrite,
    workers: flags.workers,
    imageFile: { path: location, offset: flags.offset, devices },
    compressors: await namedCompressors(flags),
  };
}

/** Errors about the target say so themselves: they are none of the image's. */
function withoutImage(error: unknown, target: string): unknown {
  const path = target.replace(/\/+$/, "") || "/";
  if (!(error instanceof ErofsError) || error.path !== path) return error;
  const hint = error.code === "ENOTEMPTY" ? "; --overwrite allows that" : "";
  return new CommandFailure(error.message + hint, { cause: error });
}

async function run(
  location: string,
  target: string,
  paths: readonly string[],
  flags: ExtractFlags,
  invocation: Invocation,
) {
  const { terminal } = invocation;
  const started = performance.now();
  if (isUrl(location)) {
    throw new UsageError(`IMAGE '${location}' is on the web, extract wants it in a file: download it first`);
  }
  const progress = new Progress(terminal, { enabled: flags.quiet === true ? false : flags.progress });
  const warnings = new WarningLog(terminal, progress);
  const onError = (error: ErofsError): void => {
    progress.clear();
    void terminal.error(`${location}: ${error.message}`);
  };
  const stats = await withImage(location, flags, async (image, devices) => {
    try {
      return await extract(image as SyncImage, {
        ...(await extractOptions(image, location, target, paths, devices, flags)),
        ...(flags.keepGoing === true ? { onError } : {}),
        onWarning: (warning) => warnings.add(warning),
        onProgress: (doneFiles, doneBytes) => progress.update({ phase: "extracting", doneBytes, doneFiles }),
      });
    } catch (error) {
      throw withoutImage(error, target);
    }
  }).finally(() => progress.clear());
  if (stats.errors > 0) invocation.exitCode = ExitCode.failure;
  await warnings.end();
  const milliseconds = performance.now() - started;
  if (flags.json === true) {
    const { warnings: warningCount, ...counts } = stats;
    const json = { target, ...counts, seconds: milliseconds / 1000, warningCount, warnings: warnings.kept };
    await terminal.line(toJson(json, 2));
  } else if (flags.quiet !== true) {
    await terminal.note(summaryLine(target, stats, milliseconds));
  }
}

export function define(command: Command, invocation: Invocation): void {
  addImageOptions(
    command
      .description("Unpacks an image, or each PATH of it with all below it, into the directory DIR.")
      .option("--match <GLOB>", "only what matches; see below (repeatable)", repeatable)
      .option("--owner", "set owners and groups (default: when run as root)")
      .option("--no-owner", "everything belongs to whoever runs this")
      .option("--no-xattrs", "leave out extended attributes")
      .option("--overwrite", "replace what is in the way, but no directories; DIR may have content")
      .option("--keep-going", "go on after errors; what failed is listed, and the exit code is 1")
      .option(
        "--workers <N>",
        "threads (default: one a processor, at most 8)",
        integerValue({ min: 1, max: 1024 }),
      )
      .option("--progress", "show progress even if stderr is no terminal")
      .option("--no-progress", "show no progress")
      .option("-q, --quiet", "neither progress nor summary; warnings and errors still come")
      .option("--json", "summary and warnings as JSON on stdout"),
  )
    .addHelpText("after", epilogue)
    .action((location: string, target: string, paths: string[], flags: ExtractFlags) => {
      return run(location, target, paths, flags, invocation);
    });
}
