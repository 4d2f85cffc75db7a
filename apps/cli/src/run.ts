import { ExitCode } from "./exit-code.ts";
import { reportOf } from "./failure.ts";
import { Invocation } from "./invocation.ts";
import { createProgram } from "./program.ts";
import { Terminal, type TerminalOptions } from "./terminal/terminal.ts";

/**
 * Runs the `erofs` command with `args` (what follows the command's name) and resolves with its exit code.
 * Never rejects: what goes wrong is told on stderr in one line.
 */
export async function run(args: readonly string[], options: TerminalOptions = process): Promise<number> {
  const terminal = new Terminal(options);
  const invocation = new Invocation(terminal);
  try {
    await createProgram(invocation).parseAsync(withHelpOption(args), { from: "user" });
    await terminal.flush();
    return invocation.exitCode;
  } catch (error) {
    return await tell(error, args, invocation);
  } finally {
    invocation.close();
  }
}

/** `help build` as `build --help`: commander would answer the former before the command's options are declared. */
function withHelpOption(args: readonly string[]): string[] {
  const [first, command, ...rest] = args;
  return first === "help" && command !== undefined ? [command, "--help", ...rest] : [...args];
}

async function tell(error: unknown, args: readonly string[], invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const report = reportOf(error, invocation.commandName);
  try {
    // What was asked for and found before the error comes first.
    await terminal.flush();
  } catch {
    if (report.exitCode === ExitCode.success) return report.exitCode;
  }
  if (report.message !== undefined) await terminal.error(report.message);
  const debug = args.includes("--debug") || (terminal.env["EROFS_DEBUG"] ?? "") !== "";
  if (debug && report.message !== undefined && error instanceof Error) {
    await terminal.control(`${stackOf(error)}\n`);
  }
  return report.exitCode;
}

/** The stack of an error and of all that caused it. */
function stackOf(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own;
}
