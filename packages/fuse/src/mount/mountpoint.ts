import { realpathSync, statfsSync, statSync } from "node:fs";
import { MountError } from "./mount-error.ts";

/**
 * The absolute path of a directory to be mounted on.
 * @throws MountError naming what is in the way: ENOTCONN for a mount whose server is gone
 */
export function resolveMountpoint(directory: string): string {
  try {
    const path = realpathSync(directory);
    requireAlive(path);
    if (!statSync(path).isDirectory()) throw new MountError("ENOTDIR", `${directory} is not a directory`);
    return path;
  } catch (cause) {
    if (cause instanceof MountError) throw cause;
    const { code, message } = cause as { code: string; message: string };
    if (isDead(cause)) throw deadMount(directory, cause);
    const reason = code === "ENOENT" ? "no such directory" : message;
    throw new MountError(code, `cannot mount on ${directory}: ${reason} (${code})`, { cause });
  }
}

/** Asks the server, if there is one: attributes may still be in the kernel's cache when it is gone. */
function requireAlive(directory: string): void {
  statfsSync(directory);
}

/** Whether an error says that a FUSE server is gone and its mount is still there. */
function isDead(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code;
  return code === "ENOTCONN" || code === "ECONNABORTED";
}

function deadMount(directory: string, cause: unknown): MountError {
  return new MountError(
    "ENOTCONN",
    `on ${directory} there is a FUSE mount whose server is gone; unmount it first: umount -l or fusermount3 -u -z`,
    { cause },
  );
}

/** Whether there is a FUSE mount on a directory whose server is gone. */
export function isStaleMount(directory: string): boolean {
  try {
    requireAlive(directory);
    return false;
  } catch (error) {
    return isDead(error);
  }
}
