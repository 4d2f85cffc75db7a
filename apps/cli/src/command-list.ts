import type { CommandModule } from "./invocation.ts";

export interface CommandEntry {
  readonly name: string;
  /** Arguments as commander reads and `--help` shows them. */
  readonly arguments: string;
  /** One line for `erofs --help`. */
  readonly summary: string;
  load(): Promise<CommandModule>;
}

/**
 * Every command. `erofs --help` needs only this list; a command's own file, and with it the libraries that
 * it stands on, is loaded when the command is used.
 */
export const commandList: readonly CommandEntry[] = [
  {
    name: "build",
    arguments: "<SOURCE> <IMAGE>",
    summary: "make an image of a directory",
    load: () => import("./commands/build.ts"),
  },
  {
    name: "ls",
    arguments: "<IMAGE> [PATH...]",
    summary: "list directories of an image",
    load: () => import("./commands/ls.ts"),
  },
  {
    name: "cat",
    arguments: "<IMAGE> <PATH...>",
    summary: "write files of an image to the standard output",
    load: () => import("./commands/cat.ts"),
  },
  {
    name: "stat",
    arguments: "<IMAGE> <PATH...>",
    summary: "show all attributes of files in an image",
    load: () => import("./commands/stat.ts"),
  },
  {
    name: "extract",
    arguments: "<IMAGE> <DIR> [PATH...]",
    summary: "unpack an image, or parts of it, into a directory",
    load: () => import("./commands/extract.ts"),
  },
  {
    name: "mount",
    arguments: "[IMAGE] [DIR]",
    summary: "show an image as a directory, with or without root",
    load: () => import("./commands/mount.ts"),
  },
  {
    name: "umount",
    arguments: "<DIR...>",
    summary: "take it away again",
    load: () => import("./commands/umount.ts"),
  },
  {
    name: "check",
    arguments: "<IMAGE>",
    summary: "verify structure and data of an image",
    load: () => import("./commands/check.ts"),
  },
  {
    name: "inspect",
    arguments: "<IMAGE> [PATH...]",
    summary: "show superblock, layouts, extents and statistics",
    load: () => import("./commands/inspect.ts"),
  },
  {
    name: "record-order",
    arguments: "<DIR> [COMMAND...]",
    summary: "list files in the order in which they are read, for build --data-order",
    load: () => import("./commands/record-order.ts"),
  },
  {
    name: "compressors",
    arguments: "[NAME...]",
    summary: "show compressors with their levels and options",
    load: () => import("./commands/compressors.ts"),
  },
  {
    name: "completion",
    arguments: "<SHELL>",
    summary: "print a completion script for bash, zsh or fish",
    load: () => import("./commands/completion.ts"),
  },
];
