import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ErofsError, failureReason, threadStart } from "@erofs/format";
import type { ServeOptions } from "../serve-options.ts";
import type { DaemonMessage } from "./daemon-message.ts";

export interface BackgroundOptions {
  /** File that errors are appended to; without one they are not kept. */
  readonly logFile?: string | undefined;
  /** Milliseconds after which a daemon that says nothing is killed; default 60 s. */
  readonly patience?: number | undefined;
}

/** A process that serves. */
export interface Daemon {
  readonly pid: number;
  /** Absolute path of the mount. */
  readonly directory: string;
}

/**
 * Starts a process that serves an image as `serveImage` does, and resolves when the mount answers; this process may end
 * then. Paths are made absolute by the caller: the daemon's directory is "/".
 * @throws (rejects with) ErofsError with the daemon's code and words
 */
export async function serveInBackground(
  options: ServeOptions,
  { logFile, patience = 60_000 }: BackgroundOptions = {},
): Promise<Daemon> {
  const { url, options: start } = threadStart(import.meta.url, "./daemon.js", process.execArgv);
  const output = logFile === undefined ? "ignore" : openLog(logFile);
  const child = spawn(process.execPath, [...(start.execArgv ?? process.execArgv), fileURLToPath(url)], {
    cwd: "/",
    // In a session of its own: no signal of a terminal reaches it.
    detached: true,
    stdio: ["ignore", output, output, "ipc"],
  });
  if (typeof output === "number") closeSync(output);
  let timer: NodeJS.Timeout | undefined;
  try {
    const directory = await new Promise<string>((resolve, reject) => {
      const fail = (code: string, message: string) => reject(new ErofsError(code, message));
      timer = setTimeout(() => fail("ETIMEDOUT", `the daemon said nothing for ${patience} ms`), patience);
      child.once("message", (message: DaemonMessage) => {
        if (message.kind === "ready") resolve(message.directory);
        else fail(message.code ?? "EIO", message.message);
      });
      child.once("error", (error) => fail("ECHILD", `cannot start the daemon: ${error.message}`));
      child.once("exit", (code, signal) =>
        fail("ECHILD", `the daemon ended with ${signal ?? code} at its start`),
      );
      child.send(options, (error) => {
        if (error) fail("ECHILD", `cannot reach the daemon: ${error.message}`);
      });
    });
    return { pid: child.pid as number, directory };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
    if (child.connected) child.disconnect();
    child.removeAllListeners();
    child.on("error", () => {});
    child.unref();
  }
}

function openLog(path: string): number {
  try {
    return openSync(path, "a");
  } catch (cause) {
    const failure = failureReason(cause);
    if (failure === undefined) throw cause;
    throw new ErofsError(failure.code, `cannot write the log ${path}: ${failure.reason} (${failure.code})`, {
      path,
      cause,
    });
  }
}
