import { closeSync, openSync } from "node:fs";
import { ErofsError, failureReason } from "@erofs/format";

/** Opens the files of an image, its own first. @throws ErofsError naming the one that cannot be opened */
export function openFiles(paths: readonly string[]): number[] {
  const fds: number[] = [];
  for (const path of paths) {
    try {
      fds.push(openSync(path, "r"));
    } catch (cause) {
      closeFiles(fds);
      const failure = failureReason(cause);
      if (failure === undefined) throw cause;
      throw new ErofsError(failure.code, `cannot open ${path}: ${failure.reason} (${failure.code})`, {
        path,
        cause,
      });
    }
  }
  return fds;
}

export function closeFiles(fds: readonly number[]): void {
  for (const fd of fds) closeSync(fd);
}
