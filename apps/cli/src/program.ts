import { readFileSync } from "node:fs";

import { Command } from "commander";

import { commandList } from "./command-list.ts";
import type { Invocation } from "./invocation.ts";

const description = `Makes, reads, checks and unpacks EROFS images.`;

const epilogue = `
Exit codes:
  0    done
  1    failed: faults found, a damaged image, bytes that could not be read or written
  2    bad usage: an unknown command, option or value
  130  interrupted by Ctrl-C; 128 + its number for another signal

Examples:
  erofs build -z lz4hc -C 64K rootfs rootfs.erofs
  erofs ls -l rootfs.erofs /etc
  erofs extract rootfs.erofs out /usr/share

Try 'erofs <command> --help' for the options of a command.`;

function packageVersion(): string {
  // The same place from src/ and from dist/.
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (manifest as { version: string }).version;
}

/**
 * The tree of commands, each with nothing but its name, arguments and summary: its options are declared when it is
 * dispatched to, from its own file.
 */
export function createProgram(invocation: Invocation): Command {
  const { terminal } = invocation;
  const program = new Command("erofs");
  program
    .description(description)
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .option("--debug", "print the stack of an error")
    .addHelpText("after", epilogue)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.text(text),
      writeErr: (text) => void terminal.control(text),
      // Errors are printed in one place for all kinds, by `run`.
      outputError: () => undefined,
      getOutHelpWidth: () => terminal.stdout.columns ?? 100,
      getErrHelpWidth: () => terminal.stderr.columns ?? 100,
      getOutHasColors: () => terminal.colors.isColorSupported,
      getErrHasColors: () => terminal.errorColors.isColorSupported,
    });
  for (const { name, arguments: words, summary } of commandList) {
    program.command(name).summary(summary).arguments(words);
  }
  program.hook("preSubcommand", async (_, command) => {
    const entry = commandList.find(({ name }) => name === command.name());
    if (entry === undefined) return;
    invocation.commandName = `erofs ${entry.name}`;
    const module = await entry.load();
    module.define(command, invocation);
  });
  return program;
}
