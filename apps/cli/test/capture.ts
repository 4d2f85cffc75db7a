import type { OutputStream } from "../src/terminal/terminal.ts";

/** An output stream that keeps what is written to it. */
export class Capture implements OutputStream {
  readonly isTTY: boolean;
  readonly columns = 80;
  /** Thrown at whoever writes, when set. */
  failure: Error | undefined;
  readonly #chunks: Buffer[] = [];

  constructor(options: { readonly isTTY?: boolean } = {}) {
    this.isTTY = options.isTTY ?? false;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }

  write(chunk: Uint8Array, done: (error?: Error | null) => void): boolean {
    if (this.failure === undefined) this.#chunks.push(Buffer.from(chunk));
    queueMicrotask(() => done(this.failure));
    return true;
  }

  on(): this {
    return this;
  }
}
