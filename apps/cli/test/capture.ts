import type { OutputStream } from "../src/terminal/terminal.ts";

/** An output stream that keeps what is written to it. */
export class Capture implements OutputStream {
  readonly isTTY: boolean;
  readonly columns = 80;
  /** Thrown at whoever writes, when set. */
  failure: Error | undefined;
  #text = "";

  constructor(options: { readonly isTTY?: boolean } = {}) {
    this.isTTY = options.isTTY ?? false;
  }

  get text(): string {
    return this.#text;
  }

  write(chunk: Uint8Array, done: (error?: Error | null) => void): boolean {
    if (this.failure === undefined) this.#text += Buffer.from(chunk).toString("utf8");
    queueMicrotask(() => done(this.failure));
    return true;
  }

  on(): this {
    return this;
  }
}
