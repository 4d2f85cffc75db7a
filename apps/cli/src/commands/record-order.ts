import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fromBytes } from "@erofs/format";
import { FileWatch } from "@erofs/linux";
import type { Command } from "commander";

import { CommandFailure, UsageError } from "../failure.ts";
import type { Invocation } from "../invocation.ts";
import { FirstSeen } from "../record-order/first-seen.ts";
import { readStraceLog } from "../record-order/strace-log.ts";
import { nameFromText } from "../terminal/quote.ts";
import { plural } from "../terminal/units.ts";

interface RecordFlags {
  readonly output?: string;
  readonly from?: string;
  readonly quiet?: true;
}

/** Milliseconds between looks: an open file each is kept for what happens in between. */
const interval = 20;

const epilogue = `
The list has a path below DIR on a line, in the order in which files were first opened or read: pack the tree with
'erofs build --data-order LIST', and what is read together stands together.

DIR is a mount, or a directory in one, as the processes see it that are watched: an image that is mounted, a bind
mount, / for a whole system. Watching needs root. What processes do in mount namespaces of their own is not seen; a log
of strace has it, and needs no root:

  strace -f -y -e trace=open,openat,execve -o LOG COMMAND
  erofs record-order --from LOG -o LIST /

Examples:
  erofs record-order -o LIST /mnt -- chroot /mnt /usr/bin/app --version
  erofs record-order -o LIST /mnt              # until Ctrl-C`;

function watchOf(directory: string): FileWatch {
  try {
    return new FileWatch(nameFromText(directory));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EPERM" && code !== "ENOSYS") throw error;
    const reason = code === "EPERM" ? "needs root" : "needs Linux";
    throw new CommandFailure(`watching ${reason}; --from reads a log of strace instead`, { cause: error });
  }
}

/** Runs a command; its output goes where it does not mix with the list. Resolves with its exit code. */
async function runCommand(words: readonly string[], toStderr: boolean): Promise<number> {
  const [program = "", ...args] = words;
  const child = spawn(program, args, { stdio: ["inherit", toStderr ? 2 : "inherit", "inherit"] });
  const ended = once(child, "exit").catch((cause: Error & { readonly code?: string }) => {
    throw new CommandFailure(`cannot run '${program}': ${cause.code ?? cause.message}`, { cause });
  });
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** Watches until `command` ends, or without one until Ctrl-C. */
async function watch(
  directory: string,
  command: readonly string[],
  flags: RecordFlags,
  invocation: Invocation,
): Promise<FirstSeen> {
  const { terminal } = invocation;
  const real = realpathSync(directory, "buffer");
  const seen = new FirstSeen(fromBytes(real));
  const watching = watchOf(directory);
  const signal = invocation.interruptSignal();
  try {
    const ended = new AbortController();
    const running = command.length === 0 ? undefined : runCommand(command, flags.output === undefined);
    const end = () => ended.abort();
    running?.then(end, end);
    if (!running && flags.quiet !== true) {
      await terminal.note(`recording what is read below ${directory}; Ctrl-C ends it`);
    }
    let lost = false;
    const look = () => {
      const found = watching.look();
      for (const path of found.paths) seen.add(path);
      lost ||= found.lost;
    };
    // A command gets the Ctrl-C too: what it does then still counts.
    while (!(running ? ended.signal : signal).aborted) {
      look();
      await setTimeout(interval);
    }
    look();
    if (lost) await terminal.warn("the kernel could not keep up: the list is not complete");
    if (running) invocation.exitCode = await running;
    return seen;
  } finally {
    watching.close();
  }
}

async function fromLog(directory: string, log: string, { terminal }: Invocation): Promise<FirstSeen> {
  const seen = new FirstSeen(nameFromText(resolve(directory)));
  const { paths, relative } = readStraceLog(readFileSync(log, "latin1"));
  for (const path of paths) seen.add(path);
  if (relative > 0) {
    await terminal.warn(`${plural(relative, "relative path")} left out: strace -y tells where they lead`);
  }
  return seen;
}

async function record(
  directory: string,
  command: readonly string[],
  flags: RecordFlags,
  invocation: Invocation,
): Promise<void> {
  const { terminal } = invocation;
  if (flags.from !== undefined && command.length > 0) {
    throw new UsageError("--from reads a log: there is no COMMAND to run");
  }
  const seen =
    flags.from === undefined
      ? await watch(directory, command, flags, invocation)
      : await fromLog(directory, flags.from, invocation);
  const { output, quiet } = flags;
  if (seen.unfit > 0) await terminal.warn(`${plural(seen.unfit, "path")} with a newline left out`);
  if (output === undefined) await terminal.bytes(seen.list());
  else writeFileSync(output, seen.list(), "latin1");
  if (quiet !== true) await terminal.note(`${output ?? directory}: ${plural(seen.count, "file")}`);
}

export function define(command: Command, invocation: Invocation): void {
  command
    .description(
      "Records which files below DIR are read, in order, for 'erofs build --data-order': while COMMAND runs, or until Ctrl-C.",
    )
    .option("-o, --output <FILE>", "where the list goes (default: stdout, and that of COMMAND to stderr)")
    .option("--from <FILE>", "what a log of strace says, not what happens; see below")
    .option("-q, --quiet", "say nothing but warnings and errors")
    .addHelpText("after", epilogue)
    .action((directory: string, words: string[], flags: RecordFlags) =>
      record(directory, words, flags, invocation),
    );
}
