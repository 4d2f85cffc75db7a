import type { Command } from "commander";

import { ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** One run of the command: what its parts share. */
export class Invocation {
  readonly terminal: Terminal;
  /** What the process exits with unless an error says otherwise. A command that finds faults sets it. */
  exitCode: number = ExitCode.success;
  /** The subcommand that is being parsed or run, as typed: `erofs build`. */
  commandName = "erofs";
  readonly #abort = new AbortController();
  #listener: (() => void) | undefined;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /**
   * A signal that aborts on Ctrl-C. Asking for it takes over SIGINT, so only commands that have something to
   * clean up ask; the others die from the signal as any process does. A second Ctrl-C ends the process at once.
   */
  interruptSignal(): AbortSignal {
    if (this.#listener === undefined) {
      this.#listener = () => {
        if (this.#abort.signal.aborted) process.exit(ExitCode.interrupted);
        this.#abort.abort();
      };
      process.on("SIGINT", this.#listener);
    }
    return this.#abort.signal;
  }

  /** Gives SIGINT back. */
  close(): void {
    if (this.#listener !== undefined) process.off("SIGINT", this.#listener);
    this.#listener = undefined;
  }
}

/** What a file of `commands/` exports: it declares its options and says what happens. */
export interface CommandModule {
  define(command: Command, invocation: Invocation): void;
}
