import { CommanderError } from "commander";

import { ExitCode } from "./exit-code.ts";
import { quoteName, quoteText } from "./terminal/quote.ts";

/** A command line that cannot be obeyed. The message names the option or argument. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A failure that is no fault of an image's bytes; the message is all that the user needs. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
}

/** Whoever read our output has closed it: there is nothing left to do, and nothing wrong. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

export interface FailureReport {
  readonly exitCode: number;
  /** One line without a newline at its end, or undefined where there is nothing to say. */
  readonly message: string | undefined;
}

const systemErrorShape = /^([A-Z][A-Z0-9]+): ([^,]+), (\w+)(?: (.+))?$/s;

/** "ENOENT: no such file or directory, open 'x'" as "'x': no such file or directory". */
function describeSystemError(message: string): string {
  const match = systemErrorShape.exec(message);
  if (match === null) return message;
  const [, , reason, call, place] = match;
  return place === undefined ? `${call}: ${reason}` : `${place}: ${reason}`;
}

/** The place that an error carries beside its message, where the message does not tell it. */
function describeWithPath(error: Error & { readonly path?: unknown }): string {
  const { message, path } = error;
  if (typeof path !== "string" || path === "") return message;
  // Some paths are text, most are byte strings.
  const text = /[^\0-\xff]/.test(path) ? path : quoteName(path);
  const isTold = message.includes(path) || quoteText(message).includes(text);
  return isTold ? message : `${text}: ${message}`;
}

/** An error in a line, without the errno names and call names that Node puts into it. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("syscall" in error) return describeSystemError(error.message);
  // What throws without a message still has a name worth telling.
  return error.message === "" ? error.name : describeWithPath(error);
}

/** Work that was ended by the signal of `Invocation.interruptSignal`, and has cleaned up behind itself. */
function isInterruption(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EINTR";
}

/**
 * What to print and which code to exit with after `error` ended the command named `command` (`erofs build`).
 * The message is safe to print: control characters from hostile names are escaped.
 */
export function reportOf(error: unknown, command: string): FailureReport {
  if (error instanceof OutputClosed) return { exitCode: ExitCode.success, message: undefined };
  if (isInterruption(error)) return { exitCode: ExitCode.interrupted, message: "interrupted" };
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { exitCode: ExitCode.success, message: undefined };
    // `erofs` alone: commander has printed the help already.
    if (error.code === "commander.help") return { exitCode: ExitCode.usage, message: undefined };
    return usageReport(error.message.replace(/^error: /, ""), command);
  }
  if (error instanceof UsageError) return usageReport(error.message, command);
  return { exitCode: ExitCode.failure, message: quoteText(describe(error)) };
}

function usageReport(message: string, command: string): FailureReport {
  const line = message.replace(/\s*\n\s*/g, " ").replace(/[.;]$/, "");
  return { exitCode: ExitCode.usage, message: `${quoteText(line)}; try '${command} --help'` };
}
