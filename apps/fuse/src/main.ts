#!/usr/bin/env node
/** `mount -t fuse.erofs IMAGE DIRECTORY`, and lines of /etc/fstab, run this as /sbin/mount.fuse.erofs. */
import { serveInBackground } from "./background/serve-in-background.ts";
import { parseArguments } from "./mount-helper/arguments.ts";

/** Exit codes of mount(8). */
const USAGE = 1;
const FAILURE = 32;

async function main(args: readonly string[]): Promise<number> {
  try {
    const { options, logFile, fake } = parseArguments(args);
    try {
      if (!fake) await serveInBackground(options, { logFile });
      return 0;
    } catch (error) {
      return failed(error, FAILURE);
    }
  } catch (error) {
    return failed(error, USAGE);
  }
}

function failed(error: unknown, code: number): number {
  console.error(`mount.fuse.erofs: ${error instanceof Error ? error.message : String(error)}`);
  return code;
}

process.exitCode = await main(process.argv.slice(2));
