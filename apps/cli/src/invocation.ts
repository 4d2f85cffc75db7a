import type { Command } from "commander";

import { ExitCode } from "./exit-code.ts";
import { exit } from "./process-guard.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** Signals that end the command tidily, with the codes that it exits with: 128 + the number, as shells count. */
const endingSignals = { SIGINT: ExitCode.interrupted, SIGTERM: 143, SIGHUP: 129 } as const;

type EndingSignal = keyof typeof endingSignals;

const signalNames = Object.keys(endingSignals) as EndingSignal[];

/**
 * Milliseconds in which a second signal is taken for the first one: a package manager that runs the command passes on
 * the Ctrl-C which the terminal has sent to both.
 */
const echoTime = 1000;

/** One run of the command: what its parts share. */
export class Invocation {
  readonly terminal: Terminal;
  /** What the process exits with unless an error says otherwise. A command that finds faults sets it. */
  exitCode: number = ExitCode.success;
  /** The subcommand that is being parsed or run, as typed: `erofs build`. */
  commandName = "erofs";
  readonly #abort = new AbortController();
  #listener: ((signal: EndingSignal) => void) | undefined;
  #abortedAt = 0;
  #interruptedCode: number = ExitCode.interrupted;
  #stray: { readonly error: unknown } | undefined;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /**
   * A signal that aborts on Ctrl-C, and when the process is asked to end or its terminal goes away. Asking for it
   * takes these signals over, so only commands that have something to clean up ask; the others die from them as any
   * process does. A second Ctrl-C ends the process at once.
   */
  interruptSignal(): AbortSignal {
    if (this.#listener === undefined) {
      this.#listener = (signal) => this.#interrupt(signal);
      for (const signal of signalNames) process.on(signal, this.#listener);
    }
    return this.#abort.signal;
  }

  /** The code to exit with once work has stopped because of a signal. */
  get interruptedCode(): number {
    return this.#interruptedCode;
  }

  /** Ends work as a signal would, because of an error that has come from outside of it. The first one counts. */
  fail(error: unknown): void {
    this.#stray ??= { error };
    this.#abort.abort();
  }

  /** What `fail` was told. */
  get stray(): { readonly error: unknown } | undefined {
    return this.#stray;
  }

  #interrupt(signal: EndingSignal): void {
    if (!this.#abort.signal.aborted) {
      this.#interruptedCode = endingSignals[signal];
      this.#abortedAt = performance.now();
      this.#abort.abort();
    } else if (performance.now() - this.#abortedAt > echoTime) {
      exit(this.#interruptedCode);
    }
  }

  /** Gives the signals back. */
  close(): void {
    if (this.#listener === undefined) return;
    for (const signal of signalNames) process.off(signal, this.#listener);
    this.#listener = undefined;
  }
}

/** What a file of `commands/` exports: it declares its options and says what happens. */
export interface CommandModule {
  define(command: Command, invocation: Invocation): void;
}
