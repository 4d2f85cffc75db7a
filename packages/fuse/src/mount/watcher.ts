import { spawn } from "node:child_process";

/** Unmounts when its input ends without a word. The mount's path comes as an argument, not as text of the script. */
const privilegedScript = 'read -r word || umount -l -- "$1"';
const script = 'read -r word || fusermount3 -u -z -- "$1"';

/** A process that unmounts when this one is gone, however it died. */
export interface Watcher {
  /** There is nothing left to unmount. */
  dismiss(): void;
}

export function startWatcher(mountpoint: string, privileged: boolean): Watcher {
  const child = spawn("/bin/sh", ["-c", privileged ? privilegedScript : script, "sh", mountpoint], {
    cwd: "/",
    // Out of reach of signals to this process's group.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  child.unref();
  (child.stdin as unknown as { unref?(): void }).unref?.();
  return {
    dismiss: () => void child.stdin.end("done\n"),
  };
}
