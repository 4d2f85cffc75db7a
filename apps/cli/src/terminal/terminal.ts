import type { ByteString } from "@erofs/format";
import picocolors from "picocolors";

import { CommandFailure, describe, OutputClosed } from "../failure.ts";
import { nameFromText, quoteText } from "./quote.ts";

/** The part of `process.stdout` and `process.stderr` that is used here. */
export interface OutputStream {
  write(chunk: Uint8Array, done: (error?: Error | null) => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TerminalOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Text gathered before a write: one system call for some thousand lines. */
const bufferSize = 65536;

function wantsColor(stream: OutputStream, env: TerminalOptions["env"]): boolean {
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0") return true;
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

function write(stream: OutputStream, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error === undefined || error === null) resolve();
      else if ("code" in error && error.code === "EPIPE") reject(new OutputClosed("output closed"));
      else reject(new CommandFailure(`cannot write the output: ${describe(error)}`, { cause: error }));
    });
  });
}

/** Where a command writes: what was asked for on stdout, everything said about it on stderr. */
export class Terminal {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: TerminalOptions["env"];
  readonly colors: ReturnType<typeof picocolors.createColors>;
  readonly errorColors: ReturnType<typeof picocolors.createColors>;
  #pending: ByteString = "";

  constructor(options: TerminalOptions) {
    this.stdout = options.stdout;
    this.stderr = options.stderr;
    this.env = options.env;
    this.colors = picocolors.createColors(wantsColor(options.stdout, options.env));
    this.errorColors = picocolors.createColors(wantsColor(options.stderr, options.env));
    // Failed writes are told to the writer; without a listener, the event would end the process.
    for (const stream of [options.stdout, options.stderr]) stream.on("error", () => undefined);
  }

  /** A line of text for stdout. Buffered: `await` what comes back, which is undefined while there is room. */
  line(text: string): Promise<void> | undefined {
    return this.text(`${text}\n`);
  }

  /** Text for stdout as it is, buffered as `line` is. */
  text(text: string): Promise<void> | undefined {
    return this.bytes(nameFromText(text));
  }

  /** Bytes for stdout as a byte string, buffered as `line` is. */
  bytes(bytes: ByteString): Promise<void> | undefined {
    this.#pending += bytes;
    return this.#pending.length >= bufferSize ? this.flush() : undefined;
  }

  /** Bytes for stdout, not buffered: once this resolves they may be overwritten. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.flush();
    await write(this.stdout, bytes);
  }

  /** Writes out what is buffered. */
  async flush(): Promise<void> {
    if (this.#pending === "") return;
    const bytes = Buffer.from(this.#pending, "latin1");
    this.#pending = "";
    await write(this.stdout, bytes);
  }

  /** A line for stderr, control characters escaped. */
  async note(text: string): Promise<void> {
    await this.control(`${quoteText(text)}\n`);
  }

  /** Text for stderr as it is: lines that hold our own escape sequences. A stderr that is gone is no failure. */
  async control(text: string): Promise<void> {
    await write(this.stderr, Buffer.from(text, "utf8")).catch(() => undefined);
  }

  /** `erofs: warning: …` on stderr. */
  async warn(message: string): Promise<void> {
    const label = this.errorColors.yellow("warning:");
    await this.control(`erofs: ${label} ${quoteText(message)}\n`);
  }

  /** `erofs: …` on stderr. */
  async error(message: string): Promise<void> {
    await this.control(`${this.errorColors.red("erofs:")} ${quoteText(message)}\n`);
  }
}
