import { readFileSync } from "node:fs";

import { UsageError } from "./failure.ts";

/** The command line of this process in bytes, or undefined where the system does not show it. */
function rawCommandLine(): Uint8Array | undefined {
  try {
    return readFileSync("/proc/self/cmdline");
  } catch {
    return undefined;
  }
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * Refuses arguments that Node could not decode. It puts U+FFFD in place of bytes that are not UTF-8, so that the
 * command would read, or worse write, a file of another name than the one that was asked for. A U+FFFD that was typed
 * as such is fine.
 * @throws UsageError
 */
export function checkArguments(
  args: readonly string[],
  commandLine: () => Uint8Array | undefined = rawCommandLine,
): void {
  const damaged = args.find((arg) => arg.includes("\ufffd"));
  if (damaged === undefined) return;
  const bytes = commandLine();
  if (bytes === undefined || isText(bytes)) return;
  throw new UsageError(
    `argument '${damaged}' is not UTF-8; inside an image write such bytes as \\xNN, elsewhere use a path without them`,
  );
}
