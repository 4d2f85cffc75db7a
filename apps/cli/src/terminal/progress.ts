import { formatClock, formatCount, formatPercent, formatSize } from "./units.ts";
import type { Terminal } from "./terminal.ts";

/** How far a long job has come. */
export interface ProgressState {
  /** What is being done: "compressing". */
  readonly phase: string;
  readonly doneBytes: number;
  /** Undefined or 0 while nobody knows. */
  readonly totalBytes?: number;
  readonly doneFiles: number;
  readonly totalFiles?: number;
}

export interface ProgressOptions {
  /** Milliseconds of a steady clock; for tests. */
  readonly now?: () => number;
  /** Overrides the choice made from the terminal: true draws even on a pipe, false never. */
  readonly enabled?: boolean | undefined;
}

/** Milliseconds between two drawings: more than ten a second only flicker. */
const interval = 100;
/** Nothing is drawn before, so that short jobs leave the terminal alone. */
const patience = 300;
/** Milliseconds over which the rate is averaged. */
const rateWindow = 5000;

/**
 * One line on stderr, drawn over itself: phase, share, amount, rate, time left. Draws on a terminal only,
 * unless told otherwise, and erases itself at the end.
 */
export class Progress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #enabled: boolean;
  readonly #startTime: number;
  #phase = "";
  #drawnAt = Number.NEGATIVE_INFINITY;
  #drawn = false;
  /** When, and at how many bytes, the rate was last brought up to date. */
  #sampleTime = 0;
  #sampleBytes = 0;
  /** Bytes per millisecond; undefined before the first sample. */
  #rate: number | undefined;

  constructor(terminal: Terminal, options: ProgressOptions = {}) {
    this.#terminal = terminal;
    this.#now = options.now ?? (() => performance.now());
    this.#enabled = options.enabled ?? terminal.stderr.isTTY === true;
    this.#startTime = this.#now();
    this.#sampleTime = this.#startTime;
  }

  /** Takes note of where the job stands and draws when it is time to. Cheap enough to be called per file. */
  update(state: ProgressState): void {
    if (!this.#enabled) return;
    const now = this.#now();
    const phaseChanged = state.phase !== this.#phase;
    if (!phaseChanged && now - this.#drawnAt < interval) return;
    if (phaseChanged) {
      this.#phase = state.phase;
      this.#rate = undefined;
      this.#sampleTime = now;
      this.#sampleBytes = state.doneBytes;
    }
    if (now - this.#startTime < patience) return;
    this.#sample(now, state.doneBytes);
    this.#drawnAt = now;
    this.#draw(progressLine(state, this.#rate, this.#terminal.stderr.columns ?? 80));
  }

  /** Erases the line. To be called before anything else is written to stderr; drawing may go on afterwards. */
  clear(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    void this.#terminal.control("\r\u001b[K");
  }

  #draw(line: string): void {
    this.#drawn = true;
    void this.#terminal.control(`\r${line}\u001b[K`);
  }

  #sample(now: number, doneBytes: number): void {
    const elapsed = now - this.#sampleTime;
    if (elapsed < interval) return;
    const current = (doneBytes - this.#sampleBytes) / elapsed;
    const weight = this.#rate === undefined ? 1 : Math.min(1, elapsed / rateWindow);
    this.#rate = (this.#rate ?? 0) * (1 - weight) + current * weight;
    this.#sampleTime = now;
    this.#sampleBytes = doneBytes;
  }
}

/** The line that tells `state`, no longer than `columns - 1`. `rate` is in bytes per millisecond. */
export function progressLine(state: ProgressState, rate: number | undefined, columns: number): string {
  const { phase, doneFiles } = state;
  const totalBytes = state.totalBytes ?? 0;
  // A total is what was planned; a little more may be done.
  const doneBytes = totalBytes > 0 ? Math.min(state.doneBytes, totalBytes) : state.doneBytes;
  const totalFiles = state.totalFiles ?? 0;
  const parts = [phase];
  if (totalBytes > 0) parts.push(formatPercent(doneBytes, totalBytes));
  if (doneFiles > 0) {
    const total = totalFiles > 0 ? `/${formatCount(totalFiles)}` : "";
    parts.push(`${formatCount(doneFiles)}${total} files`);
  }
  if (doneBytes > 0) {
    parts.push(formatSize(doneBytes) + (totalBytes > 0 ? ` of ${formatSize(totalBytes)}` : ""));
  }
  if (rate !== undefined && rate > 0) {
    parts.push(`${formatSize(Math.round(rate * 1000))}/s`);
    const left = (totalBytes - doneBytes) / rate / 1000;
    if (totalBytes > doneBytes && left < 360_000) parts.push(`${formatClock(Math.ceil(left))} left`);
  }
  // The last column stays free: some terminals wrap when it is written.
  return parts.join("  ").slice(0, Math.max(0, columns - 1));
}
