import { commandList } from "./command-list.ts";
import { ExitCode } from "./exit-code.ts";
import { CommandFailure, reportOf } from "./failure.ts";
import { Invocation } from "./invocation.ts";
import { strayMessage } from "./process-guard.ts";
import { attachValues } from "./options/attached.ts";
import { createProgram } from "./program.ts";
import { Terminal, type TerminalOptions } from "./terminal/terminal.ts";

export interface RunOptions extends TerminalOptions {
  /** Throws when `args` are not what the user typed. */
  readonly checkArguments?: (args: readonly string[]) => void;
  /** Takes what is to be told of errors that no call of ours has thrown: they end the work, and fail it. */
  readonly onStray?: (listener: (error: unknown) => void) => void;
}

/**
 * Runs the `erofs` command with `args` (what follows the command's name) and resolves with its exit code.
 * Never rejects: what goes wrong is told on stderr in one line.
 */
export async function run(args: readonly string[], options: RunOptions = process): Promise<number> {
  const terminal = new Terminal(options);
  const invocation = new Invocation(terminal);
  options.onStray?.((error) => invocation.fail(error));
  try {
    options.checkArguments?.(args);
    await createProgram(invocation).parseAsync(withHelpOption(attachValues(withMount(args))), {
      from: "user",
    });
    await terminal.flush();
    if (invocation.stray === undefined) return invocation.exitCode;
    throw invocation.stray.error;
  } catch (error) {
    return await tell(
      invocation.stray === undefined ? error : strayFailure(invocation.stray.error),
      args,
      invocation,
    );
  } finally {
    invocation.close();
  }
}

function strayFailure(cause: unknown): CommandFailure {
  return new CommandFailure(strayMessage(cause), { cause });
}

/**
 * `/a.erofs /mnt -o ro` as `mount --fuse --quiet /a.erofs /mnt -o ro`: that is how mount.fuse3 runs the program of the type
 * fuse.erofs. No command's name has a slash.
 */
function withMount(args: readonly string[]): readonly string[] {
  const isImage = args.length > 1 && /^(\/|https?:\/\/)/i.test(args[0]!);
  return isImage ? ["mount", "--fuse", "--quiet", ...args] : args;
}

/** `help build` as `build --help`: commander would answer the former before the command's options are declared. */
function withHelpOption(args: readonly string[]): string[] {
  const [first, command, ...rest] = args;
  if (first !== "help" || command === undefined) return [...args];
  // What is no command is left to be told as that: with `--help` behind it, help would come instead.
  return commandList.some(({ name }) => name === command) ? [command, "--help", ...rest] : [command, ...rest];
}

async function tell(error: unknown, args: readonly string[], invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  let report = reportOf(error, invocation.commandName);
  try {
    // What was asked for and found before the error comes first.
    await terminal.flush();
  } catch (failure) {
    // Help that could not be printed: nothing else went wrong, so this has to be told.
    if (report.exitCode === ExitCode.success) report = reportOf(failure, invocation.commandName);
  }
  if (report.message !== undefined) await terminal.error(report.message);
  const debug = args.includes("--debug") || (terminal.env["EROFS_DEBUG"] ?? "") !== "";
  if (debug && report.message !== undefined && error instanceof Error) {
    await terminal.control(`${stackOf(error)}\n`);
  }
  return report.exitCode === ExitCode.interrupted ? invocation.interruptedCode : report.exitCode;
}

/** The stack of an error and of all that caused it. */
function stackOf(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own;
}
