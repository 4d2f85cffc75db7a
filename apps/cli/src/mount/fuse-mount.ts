import { appendFileSync } from "node:fs";

import { serveImage, serveInBackground, type ServeOptions, unmountOnSignals } from "@erofs/fuse-daemon";

import { CommandFailure, describe } from "../failure.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { writeRecord } from "./daemon-record.ts";
import { findMount } from "./find-mount.ts";

export interface FuseMountRequest {
  /** As the user gave it. */
  readonly location: string;
  readonly options: ServeOptions;
  /** Absolute path of a file that errors are appended to. */
  readonly log: string | undefined;
  /** Called when the mount answers. @param server what serves it, in words */
  onReady(server: string): Promise<void>;
}

function failure(location: string, error: unknown): CommandFailure {
  const message = describe(error);
  return new CommandFailure(message.includes(location) ? message : `${location}: ${message}`, {
    cause: error,
  });
}

/** Mounts by FUSE and leaves a process behind that serves. @throws CommandFailure */
export async function mountInBackground({
  location,
  options,
  log,
  onReady,
}: FuseMountRequest): Promise<void> {
  let pid: number;
  let directory: string;
  try {
    ({ pid, directory } = await serveInBackground(options, { logFile: log }));
  } catch (error) {
    throw failure(location, error);
  }
  const entry = findMount(directory);
  if (entry !== undefined) writeRecord(entry, pid);
  await onReady(`process ${pid}`);
}

/** Mounts by FUSE and serves until it is unmounted, by whomever, or a signal asks to. @throws CommandFailure */
export async function mountInForeground(request: FuseMountRequest, terminal: Terminal): Promise<void> {
  const { location, options, log, onReady } = request;
  const tell = (line: string): void => {
    if (log === undefined) void terminal.warn(line);
    else appendFileSync(log, `${new Date().toISOString()} ${line}\n`);
  };
  try {
    if (log !== undefined) appendFileSync(log, "");
    const mounted = await serveImage(options, tell);
    unmountOnSignals(mounted, (error) => tell(describe(error)));
    await onReady("this process");
    await mounted.ended;
  } catch (error) {
    throw failure(location, error);
  }
}
