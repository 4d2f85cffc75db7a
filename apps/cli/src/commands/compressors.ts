import type { Compressor } from "@erofs/compressor";
import { PRIVATE_ALGORITHMS } from "@erofs/compressor";
import type { Command } from "commander";

import { includedCompressors } from "../compressors/included.ts";
import { loadCompressor } from "../compressors/load.ts";
import { kernelAlgorithmName } from "../image/algorithms.ts";
import type { Invocation } from "../invocation.ts";
import { toJson } from "../terminal/json.ts";
import { quoteText } from "../terminal/quote.ts";
import { formatFields } from "../terminal/table.ts";

const epilogue = `
Each NAME is what -z of 'erofs build' takes: a compressor that is included, the path of a module, or a package that
is installed in the current directory or beside this command.`;

function isPrivate({ algorithm }: Compressor): boolean {
  return algorithm >= PRIVATE_ALGORITHMS.min;
}

function fieldsOf(compressor: Compressor): [string, string][] {
  const { name, module, algorithm, levels, dictSizes, extraOptions = {} } = compressor;
  const format = kernelAlgorithmName(algorithm) ?? `private algorithm ${algorithm}`;
  return [
    ["Name", name],
    ["Format", format],
    ["Level", levels === undefined ? "none" : `${levels.min} to ${levels.max}, default ${levels.default}`],
    ["Dictsize", dictSizes === undefined ? "none" : `${dictSizes.min} to ${dictSizes.max}`],
    ...Object.entries(extraOptions).map(([option, { min, max, description }]): [string, string] => [
      `Option ${option}`,
      quoteText(`${min} to ${max}: ${description}`),
    ]),
    ["Module", module ?? "unknown: it works on one thread only"],
  ];
}

function forJson(compressor: Compressor): object {
  const { name, module, algorithm, levels, dictSizes, extraOptions = {} } = compressor;
  const isOwn = isPrivate(compressor);
  return { name, algorithm, private: isOwn, levels, dictSizes, options: extraOptions, module };
}

export function define(command: Command, invocation: Invocation): void {
  command
    .description("Shows the compressors that are included, or those named, with what can be asked of them.")
    .option("--json", "an array of objects")
    .addHelpText("after", epilogue)
    .action(async (names: string[], { json }: { readonly json?: true }) => {
      const { terminal } = invocation;
      const wanted = names.length === 0 ? includedCompressors.map(({ name }) => name) : names;
      const found = await Promise.all(wanted.map(async (name) => (await loadCompressor(name)).compressor));
      if (json === true) {
        await terminal.line(toJson(found.map(forJson), 2));
        return;
      }
      for (const [index, compressor] of found.entries()) {
        if (index > 0) await terminal.line("");
        for (const line of formatFields(fieldsOf(compressor))) await terminal.line(line);
      }
    });
}
