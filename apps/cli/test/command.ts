import { run } from "../src/run.ts";
import { Capture } from "./capture.ts";

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether stderr says that it is a terminal. */
  readonly isTTY?: boolean;
}

/** Runs the command in this process, with an environment of its own. */
export async function erofs(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const stdout = new Capture();
  const stderr = new Capture({ isTTY: options.isTTY ?? false });
  const status = await run(args, { stdout, stderr, env: options.env ?? {} });
  return { status, stdout: stdout.text, stderr: stderr.text };
}

/** Runs the command and expects it to succeed without a word on stderr; resolves with what it printed. */
export async function output(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await erofs(args, options);
  if (status !== 0 || stderr !== "")
    throw new Error(`erofs ${args.join(" ")} exited with ${status}: ${stderr}`);
  return stdout;
}

/** What the command printed, as lines. */
export async function outputLines(args: readonly string[], options: RunOptions = {}): Promise<string[]> {
  return (await output(args, options)).split("\n").slice(0, -1);
}
