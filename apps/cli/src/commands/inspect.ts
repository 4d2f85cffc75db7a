import type { Command } from "commander";

import { addImageOptions, type Image, type ImageOptions, withImage } from "../image/open-image.ts";
import { locate } from "../image/paths.ts";
import { type FileLayout, fileLayout, layoutForJson, layoutLines } from "../inspect/file-layout.ts";
import {
  gatherStatistics,
  type Statistics,
  statisticsForJson,
  statisticsLines,
} from "../inspect/statistics.ts";
import { superblockFields, superblockForJson } from "../inspect/superblock.ts";
import type { Invocation } from "../invocation.ts";
import { JsonArray, toJson } from "../terminal/json.ts";
import { Progress } from "../terminal/progress.ts";
import { formatFields } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

interface InspectOptions extends ImageOptions {
  readonly statistics?: true;
  readonly dereference?: true;
  readonly json?: true;
  readonly quiet?: true;
}

async function statisticsOf(image: Image, terminal: Terminal, quiet: boolean): Promise<Statistics> {
  const progress = new Progress(terminal, quiet ? { enabled: false } : {});
  try {
    return await gatherStatistics(image, (doneFiles) => {
      const totalFiles = image.superblock.inodeCount;
      progress.update({ phase: "reading", doneBytes: 0, doneFiles, totalFiles });
    });
  } finally {
    progress.clear();
  }
}

async function inspectImage(image: Image, terminal: Terminal, options: InspectOptions): Promise<void> {
  const statistics =
    options.statistics === true ? await statisticsOf(image, terminal, options.quiet === true) : undefined;
  if (options.json === true) {
    const json = {
      superblock: superblockForJson(image),
      ...(statistics === undefined ? {} : { statistics: statisticsForJson(statistics) }),
    };
    await terminal.line(toJson(json, 2));
    return;
  }
  for (const line of formatFields(superblockFields(image))) await terminal.line(line);
  if (statistics === undefined) return;
  await terminal.line("");
  for (const line of statisticsLines(statistics)) await terminal.line(line);
}

async function inspectFiles(
  image: Image,
  paths: readonly string[],
  terminal: Terminal,
  options: InspectOptions,
): Promise<void> {
  const json = new JsonArray(terminal);
  const show = async (layout: FileLayout, index: number): Promise<void> => {
    if (options.json === true) return json.add(layoutForJson(layout));
    if (index > 0) await terminal.line("");
    for (const line of layoutLines(layout, image.superblock.extraDevices > 0)) await terminal.line(line);
  };
  for (const [index, path] of paths.entries()) {
    const located = await locate(image, path, options.dereference === true);
    await show(await fileLayout(image, located), index);
  }
  if (options.json === true) await json.end();
}

export function define(command: Command, invocation: Invocation): void {
  addImageOptions(
    command
      .description(
        "Shows what the superblock says; or, of each PATH, how it is stored: its layout and its extents, all " +
          "positions in bytes.",
      )
      .option("-S, --statistics", "also read all inodes: types, layouts, sizes and compression")
      .option("-L, --dereference", "follow a symlink that is given as PATH")
      .option("-q, --quiet", "no progress")
      .option("--json", "an object, or with PATH an array of objects"),
  ).action(async (location: string, paths: string[], options: InspectOptions) => {
    const { terminal } = invocation;
    await withImage(location, options, async (image) => {
      if (paths.length === 0) await inspectImage(image, terminal, options);
      else await inspectFiles(image, paths, terminal, options);
    });
  });
}
