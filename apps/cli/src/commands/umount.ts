import { isLinux } from "@erofs/linux";
import type { Command } from "commander";

import { ExitCode } from "../exit-code.ts";
import { CommandFailure, describe } from "../failure.ts";
import type { Invocation } from "../invocation.ts";
import { findMount } from "../mount/find-mount.ts";
import { isErofs } from "../mount/mount-table.ts";
import { unmountOne } from "../mount/unmount.ts";

interface UmountFlags {
  readonly lazy?: true;
  readonly force?: true;
}

const epilogue = `
What 'erofs mount' has mounted, by the kernel or by FUSE, is unmounted without root where it was mounted without
root. The command returns when the process that served the mount has ended. A mount whose server was killed, so that
every access says "Transport endpoint is not connected", goes in the same way.`;

async function unmountAt(directory: string, flags: UmountFlags): Promise<void> {
  const entry = findMount(directory);
  if (entry === undefined) throw new CommandFailure(`${directory}: nothing is mounted there`);
  if (!isErofs(entry)) {
    throw new CommandFailure(
      `${directory}: is no EROFS image but a mount of type ${entry.type}; umount(8) takes it`,
    );
  }
  await unmountOne(entry, { lazy: flags.lazy === true, force: flags.force === true });
}

export function define(command: Command, invocation: Invocation): void {
  command
    .description("Unmounts each DIR on which an image is mounted.")
    .option("-l, --lazy", "take it out of the tree at once, though it is in use")
    .option(
      "-f, --force",
      "the same, and give an error to whoever waits for a FUSE server that does not answer",
    )
    .addHelpText("after", epilogue)
    .action(async (directories: string[], flags: UmountFlags) => {
      if (!isLinux) throw new CommandFailure("images can be mounted on Linux only");
      for (const directory of directories) {
        try {
          await unmountAt(directory, flags);
        } catch (error) {
          if (directories.length === 1) throw error;
          // The others can go all the same.
          await invocation.terminal.error(describe(error));
          invocation.exitCode = ExitCode.failure;
        }
      }
    });
}
