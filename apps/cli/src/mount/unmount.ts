import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { type MountEntry, type SystemError, unmount, UnmountFlag } from "@erofs/linux";

import { CommandFailure, describe } from "../failure.ts";
import { isUtf8, quoteName } from "../terminal/quote.ts";
import { type DaemonRecord, isRunning, readRecord, removeRecord } from "./daemon-record.ts";

export interface UnmountOptions {
  /** Out of the tree at once, though it is in use. */
  readonly lazy: boolean;
  /** The same, and whoever reads gets an error: for a server that does not answer. */
  readonly force: boolean;
}

/** Milliseconds in which a server should have ended once its mount is gone. */
const PATIENCE = 20_000;
/** And how long one has that was given up, before it is killed. */
const FORCED_PATIENCE = 2000;

/** Unmounts one mount and waits for the end of the process that served it. @throws CommandFailure */
export async function unmountOne(entry: MountEntry, options: UnmountOptions): Promise<void> {
  const isFuse = entry.type.startsWith("fuse");
  const daemon = isFuse ? readRecord(entry) : undefined;
  if (options.force && isFuse) abort(entry);
  const detach = options.lazy || options.force;
  try {
    unmount(entry.target, UnmountFlag.noFollow | (detach ? UnmountFlag.detach : 0));
  } catch (error) {
    if (!isFuse || (error as SystemError).code !== "EPERM") throw failure(entry, error as SystemError);
    unmountAsUser(entry, detach);
  }
  removeRecord(entry);
  // A lazy one goes on for as long as somebody uses it.
  if (daemon !== undefined && (options.force || !options.lazy)) await ended(entry, daemon, options.force);
}

function failure(entry: MountEntry, error: SystemError): CommandFailure {
  const name = quoteName(entry.target);
  const cause = { cause: error };
  if (error.code === "EBUSY") {
    return new CommandFailure(`${name}: is in use; --lazy takes it away once nobody uses it any more`, cause);
  }
  if (error.code === "EPERM") return new CommandFailure(`${name}: only root may unmount it`, cause);
  return new CommandFailure(describe(error), cause);
}

/** Ends the connection to a server, so that everybody who waits for it gets an error. */
function abort({ deviceMinor }: MountEntry): void {
  try {
    writeFileSync(`/sys/fs/fuse/connections/${deviceMinor}/abort`, "1");
  } catch {
    // It is gone already, or somebody else's; then unmounting fails, too.
  }
}

/** By the program that ordinary users need for it. */
function unmountAsUser({ target }: MountEntry, detach: boolean): void {
  const name = quoteName(target);
  if (!isUtf8(target)) throw new CommandFailure(`${name}: only root may unmount a name that is no UTF-8`);
  const path = Buffer.from(target, "latin1").toString();
  const args = ["-u", ...(detach ? ["-z"] : []), "--", path];
  const { error, status, stderr } = spawnSync("fusermount3", args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, LC_ALL: "C" },
    encoding: "utf8",
  });
  if (error !== undefined) {
    throw new CommandFailure(`${name}: ordinary users need fusermount3 (package fuse3): ${describe(error)}`);
  }
  if (status === 0) return;
  const words = stderr.trim().replace(/^fusermount3?: /, "");
  const isBusy = /busy/i.test(words);
  throw new CommandFailure(
    isBusy ? `${name}: is in use; --lazy takes it away once nobody uses it any more` : `${name}: ${words}`,
  );
}

async function ended({ target }: MountEntry, daemon: DaemonRecord, force: boolean): Promise<void> {
  const started = performance.now();
  let isKilled = false;
  for (let pause = 5; isRunning(daemon); pause = Math.min(pause * 2, 200)) {
    const waited = performance.now() - started;
    if (force && !isKilled && waited > FORCED_PATIENCE) {
      process.kill(daemon.pid, "SIGKILL");
      isKilled = true;
    }
    if (waited > PATIENCE) {
      const name = quoteName(target);
      throw new CommandFailure(
        `${name}: is unmounted, but process ${daemon.pid}, which served it, does not end`,
      );
    }
    await sleep(pause);
  }
}
