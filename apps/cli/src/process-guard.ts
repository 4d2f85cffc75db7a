import { writeSync } from "node:fs";

import { suspects } from "./compressors/loaded-plugins.ts";
import { describe } from "./failure.ts";
import { quoteText } from "./terminal/quote.ts";

/** Ends the process, in spite of the guard. */
export const exit = process.exit.bind(process);

function refusing(call: string): () => never {
  return () => {
    throw new Error(`it called ${call}`);
  };
}

/**
 * Keeps the process for the command: compressors by strangers run in it, and what they do there must not pass for the
 * command's work. They cannot say anything on stdout, nor go to another directory (worker threads never could), nor
 * end the process in silence; `onStray` is told of the first error that they throw where nobody called them. What
 * comes back says that the command is done.
 */
export function guardProcess(onStray: (error: unknown) => void): () => void {
  let isDone = false;
  // Worker threads and `console` write to what they find here.
  Object.defineProperty(process, "stdout", { value: process.stderr });
  process.exit = refusing("process.exit");
  process.chdir = refusing("process.chdir");
  process.on("uncaughtException", (error: unknown) => {
    onStray(error);
    // Unless that has ended the work, or there is none left.
    setTimeout(() => {
      const message = quoteText(`erofs: ${strayMessage(error)}`);
      if (!isDone) writeSync(2, `${message}\n`);
      exit(1);
    }, 3000).unref();
  });
  process.on("exit", (code) => {
    // Codes above 128 stand for signals.
    if (isDone || code > 128) return;
    writeSync(
      2,
      `${quoteText(`erofs: the process ended before the work was done: was it ${suspects()}?`)}\n`,
    );
    process.exitCode = 1;
  });
  return () => {
    isDone = true;
  };
}

/** What to say of an error that came when nobody had called. */
export function strayMessage(error: unknown): string {
  return `${suspects()} threw an error outside of its calls: ${describe(error)}`;
}
