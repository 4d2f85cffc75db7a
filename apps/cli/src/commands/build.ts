import { buildImageFile, readTree, startWorkers } from "@erofs/builder/node";
import { scanDirectory } from "@erofs/input-directory";
import type { Command } from "commander";

import { builderOptions } from "../build/builder-options.ts";
import { epilogue } from "../build/epilogue.ts";
import { imageInsideSource } from "../build/exclusions.ts";
import { blobFlags, type BuildFlags, declareOptions } from "../build/flags.ts";
import { withPreset } from "../build/presets.ts";
import { sourceOptions } from "../build/source-options.ts";
import { summaryForJson, summaryLine } from "../build/summary.ts";
import { checkTarget } from "../build/target.ts";
import { timeSettings } from "../build/times.ts";
import type { Invocation } from "../invocation.ts";
import { toJson } from "../terminal/json.ts";
import { Progress } from "../terminal/progress.ts";
import { WarningLog } from "../terminal/warnings.ts";

const phaseNames = { compare: "comparing", compress: "compressing", write: "writing" } as const;

async function build(
  source: string,
  image: string,
  flags: BuildFlags,
  invocation: Invocation,
): Promise<void> {
  const { terminal } = invocation;
  const started = performance.now();
  const times = timeSettings(flags, terminal.env["SOURCE_DATE_EPOCH"]);
  const options = await builderOptions(flags, image, times);
  const targets = flags.blobdev === undefined ? [image] : [image, flags.blobdev];
  const ownPaths = targets.flatMap((target) => imageInsideSource(source, target) ?? []);
  const reading = sourceOptions(flags, times, ownPaths);
  checkTarget(image, flags.keepExisting === true);
  if (flags.blobdev !== undefined)
    checkTarget(flags.blobdev, flags.keepExisting === true, `option '${blobFlags}':`);

  const progress = new Progress(terminal, { enabled: flags.quiet === true ? false : flags.progress });
  const warnings = new WarningLog(terminal, progress);
  // Threads take a while to start; meanwhile, the tree is read, and once they run they compress what is found.
  const executor = await startWorkers(options);
  try {
    const scan = scanDirectory(source, {
      ...reading,
      onWarning: (warning) => warnings.add(warning),
      onProgress: (doneFiles) => progress.update({ phase: "scanning", doneBytes: 0, doneFiles }),
    });
    const { tree, headStart } = await readTree(scan, options, executor);
    const { root, stats } = tree;
    const { imageBytes, blobBytes, uuid } = await buildImageFile(root, image, {
      ...options,
      executor,
      headStart,
      onProgress: ({ phase, ...bytes }) =>
        progress.update({ phase: phaseNames[phase], ...bytes, doneFiles: 0 }),
      signal: invocation.interruptSignal(),
    });
    progress.clear();
    await warnings.end();
    const milliseconds = performance.now() - started;
    const { kept, count } = warnings;
    const result = {
      image,
      uuid,
      stats,
      imageBytes,
      blobBytes,
      milliseconds,
      warnings: kept,
      warningCount: count,
    };
    if (flags.json === true) await terminal.line(toJson(summaryForJson(result), 2));
    else if (flags.quiet !== true) await terminal.note(summaryLine(result));
  } finally {
    progress.clear();
    await executor.close();
  }
}

export function define(command: Command, invocation: Invocation): void {
  command
    .description("Makes an EROFS image of a directory and all that is in it.")
    .addHelpText("after", epilogue)
    .action((source: string, image: string, flags: BuildFlags) =>
      build(source, image, withPreset(flags, command, declareOptions), invocation),
    );
  declareOptions(command);
}
