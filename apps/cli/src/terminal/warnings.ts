import type { Progress } from "./progress.ts";
import { quoteName } from "./quote.ts";
import type { Terminal } from "./terminal.ts";
import { plural } from "./units.ts";

/** Something that did not go as it should, though work went on. */
export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly path: string;
}

/** Lines that go to the terminal; a tree that changes under our hands could make thousands. */
const maxShown = 50;
/** Warnings that `--json` reports; beyond, only their number counts. */
const maxKept = 10_000;

/** Prints warnings as they come and keeps them for `--json`. */
export class WarningLog {
  readonly kept: Warning[] = [];
  count = 0;
  readonly #terminal: Terminal;
  readonly #progress: Progress;

  constructor(terminal: Terminal, progress: Progress) {
    this.#terminal = terminal;
    this.#progress = progress;
  }

  /** `path` is a byte string. */
  add({ code, message, path }: Warning): void {
    this.count++;
    const warning = { code, message, path: quoteName(path) };
    if (this.kept.length < maxKept) this.kept.push(warning);
    if (this.count > maxShown) return;
    this.#progress.clear();
    void this.#terminal.warn(`${warning.path}: ${message}`);
  }

  /** Tells how many were not shown. */
  async end(): Promise<void> {
    if (this.count <= maxShown) return;
    await this.#terminal.warn(`${plural(this.count - maxShown, "more warning")}; --json lists them`);
  }
}
