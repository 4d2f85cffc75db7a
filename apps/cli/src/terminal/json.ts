import type { Terminal } from "./terminal.ts";

/** What JSON lets through though a terminal might obey it: DEL, C1, separators, direction marks. */
const risky = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A value as JSON that is safe to look at: what could drive a terminal is written as `\uNNNN`. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(risky, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Streams a JSON array to stdout, one element a line, so that a million entries need no memory. */
export class JsonArray {
  readonly #terminal: Terminal;
  #started = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  async add(value: unknown): Promise<void> {
    const lead = this.#started ? ",\n" : "[\n";
    this.#started = true;
    await this.#terminal.text(lead + toJson(value));
  }

  async end(): Promise<void> {
    await this.#terminal.line(this.#started ? "\n]" : "[]");
  }
}
