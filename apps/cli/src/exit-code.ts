/** What the command's exit code says. The README and `erofs --help` list the same. */
export const ExitCode = {
  success: 0,
  /** Faults were found, bytes could not be read or written, an image is damaged. */
  failure: 1,
  /** The command line asks for something that does not exist or makes no sense. */
  usage: 2,
  /** 128 + SIGINT, as shells count; SIGTERM and SIGHUP have codes of their own. */
  interrupted: 130,
} as const;
