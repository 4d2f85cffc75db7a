import { type ByteString, CorruptImage, UnsupportedFeature } from "@erofs/format";
import { check, type CheckOptions, type CheckReport, type Fault } from "@erofs/reader";
import { checkFile } from "@erofs/reader/node";
import type { Command } from "commander";

import { ExitCode } from "../exit-code.ts";
import { CommandFailure } from "../failure.ts";
import { nidForJson } from "../image/describe.ts";
import { deviceRemedy } from "../image/devices.ts";
import { addImageOptions, type ImageOptions, type ImageSources, withSources } from "../image/open-image.ts";
import type { Invocation } from "../invocation.ts";
import { integerValue } from "../options/integer.ts";
import { toJson } from "../terminal/json.ts";
import { Progress } from "../terminal/progress.ts";
import { nameForJson, quoteName, quoteText } from "../terminal/quote.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { formatDuration, formatSize, plural } from "../terminal/units.ts";

interface CheckFlags extends ImageOptions {
  readonly data: boolean;
  readonly maxFaults: number;
  readonly workers?: number;
  readonly progress?: boolean;
  readonly quiet?: true;
  readonly json?: true;
}

const epilogue = `
Faults are listed one a line on the standard output: the path, what is wrong, and the kind of fault. The exit code
is 1 when there are any. An image on the web is checked by one thread.`;

/** A superblock that cannot be used is a fault as others are, though nothing can be read behind it. */
function unusable(error: unknown): CheckReport {
  if (!(error instanceof CorruptImage || error instanceof UnsupportedFeature)) throw error;
  const code = error instanceof UnsupportedFeature ? "unsupported" : "superblock";
  const fault = { code, path: "", nid: undefined, offset: error.offset, message: error.message } as const;
  return { faults: [fault], faultCount: 1, inodes: 0, directories: 0, bytes: 0 };
}

/** What is wrong with an image: one in a file is checked by threads, which open it for themselves. */
async function reportOn(
  location: string,
  flags: CheckFlags,
  sources: ImageSources,
  options: CheckOptions,
): Promise<CheckReport> {
  const { kind, source, devices, devicePaths, absent, compressors, decoders } = sources;
  const { offset, workers } = flags;
  if (absent.length > 0 && flags.data) {
    throw new CommandFailure(`${absent[0]} is missing: ${deviceRemedy}; --no-data checks without it`);
  }
  try {
    return kind === "async"
      ? await check(source, { ...options, devices, decoders })
      : await checkFile(
          { path: location, offset, devices: devicePaths },
          { ...options, decoders, compressors, workers },
        );
  } catch (error) {
    return unusable(error);
  }
}

/** Where in the tree a fault was met, with a leading slash; undefined for one of the image as a whole. */
function pathOf({ path, nid }: Fault): ByteString | undefined {
  return path === "" && nid === undefined ? undefined : `/${path}`;
}

function faultLine(fault: Fault): string {
  const path = pathOf(fault);
  return `${path === undefined ? "superblock" : quoteName(path)}: ${quoteText(fault.message)} (${fault.code})`;
}

function faultForJson(fault: Fault): object {
  const path = pathOf(fault);
  const { code, nid, offset, message } = fault;
  return {
    ...(path === undefined ? {} : nameForJson("path", path)),
    code,
    nid: nid === undefined ? nid : nidForJson(nid),
    offset,
    message,
  };
}

function reportForJson(report: CheckReport, milliseconds: number): object {
  const { faults, ...counts } = report;
  return {
    sound: report.faultCount === 0,
    ...counts,
    seconds: milliseconds / 1000,
    faults: faults.map(faultForJson),
  };
}

/** What was checked and what came of it, for people. */
function summaryLine(location: string, report: CheckReport, milliseconds: number): string {
  const { inodes, bytes, faults, faultCount } = report;
  const hidden = faultCount - faults.length;
  const verdict = faultCount === 0 ? "no faults" : plural(faultCount, "fault");
  const more = hidden > 0 ? `, ${plural(hidden, "more", "more")} than shown` : "";
  const amount = `${plural(inodes, "inode")}, ${formatSize(bytes)} of data`;
  return `${location}: ${verdict}${more}; ${amount} in ${formatDuration(milliseconds)}`;
}

async function show(
  terminal: Terminal,
  location: string,
  flags: CheckFlags,
  report: CheckReport,
  milliseconds: number,
): Promise<void> {
  if (flags.json === true) {
    await terminal.line(toJson(reportForJson(report, milliseconds), 2));
    return;
  }
  for (const fault of report.faults) {
    await terminal.line(faultLine(fault));
  }
  await terminal.flush();
  if (flags.quiet !== true) await terminal.note(summaryLine(location, report, milliseconds));
}

export function define(command: Command, invocation: Invocation): void {
  addImageOptions(
    command
      .description("Verifies all structures of an image and reads and decodes all of its data.")
      .option("--no-data", "structures only: content of files is not read")
      .option("--max-faults <N>", "list no more than N", integerValue({ min: 0, max: 1e6 }), 1000)
      .option(
        "--workers <N>",
        "threads (default: one a processor, fewer for small images)",
        integerValue({ min: 1, max: 1024 }),
      )
      .option("--progress", "show progress even if stderr is no terminal")
      .option("--no-progress", "show no progress")
      .option("-q, --quiet", "neither progress nor summary; faults are still listed")
      .option("--json", "an object with all that was found"),
  )
    .addHelpText("after", epilogue)
    .action(async (location: string, flags: CheckFlags) => {
      const { terminal } = invocation;
      const started = performance.now();
      const progress = new Progress(terminal, { enabled: flags.quiet === true ? false : flags.progress });
      const options: CheckOptions = {
        readData: flags.data,
        maxFaults: flags.maxFaults,
        onProgress: ({ inodes, claimedInodes, bytes }) => {
          progress.update({
            phase: "checking",
            doneBytes: bytes,
            doneFiles: inodes,
            totalFiles: claimedInodes,
          });
        },
      };
      const report = await withSources(location, flags, (sources) =>
        reportOn(location, flags, sources, options),
      ).finally(() => progress.clear());
      if (report.faultCount > 0) invocation.exitCode = ExitCode.failure;
      await show(terminal, location, flags, report, performance.now() - started);
    });
}
