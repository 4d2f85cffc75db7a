import { spawnSync } from "node:child_process";
import { closeSync } from "node:fs";
import { receiveDescriptor, socketPair } from "@erofs/linux";
import { MountError } from "./mount-error.ts";
import { fusermountOptions, type MountSettings } from "./mount-settings.ts";

/** The set-user-ID program of libfuse by which an ordinary user mounts and unmounts. */
const PROGRAM = "fusermount3";

function run(args: readonly string[], socket: number | undefined): void {
  const { error, status, signal, stderr } = spawnSync(PROGRAM, args, {
    stdio: ["ignore", "ignore", "pipe", ...(socket === undefined ? [] : [socket])],
    env: { ...process.env, LC_ALL: "C", ...(socket === undefined ? {} : { _FUSE_COMMFD: "3" }) },
    encoding: "utf8",
  });
  if (error) {
    const { code = "EIO" } = error as { code?: string };
    if (code === "ENOENT") {
      throw new MountError(
        code,
        `an ordinary user needs ${PROGRAM} to mount (package fuse3), which is not installed`,
      );
    }
    throw new MountError(code, `cannot run ${PROGRAM}: ${error.message}`, { cause: error });
  }
  if (status === 0) return;
  const words = stderr.trim().replace(/^fusermount3?: /, "") || `it ended with ${signal ?? status}`;
  throw new MountError(codeOf(words), `${PROGRAM}: ${words}`);
}

/** The errno that the last words of a message stand for. */
function codeOf(words: string): string {
  if (/busy/i.test(words)) return "EBUSY";
  if (/not connected/.test(words)) return "ENOTCONN";
  if (/No such file/.test(words)) return "ENOENT";
  if (/not found|not mounted/i.test(words)) return "EINVAL";
  return "EPERM";
}

/** Mounts as an ordinary user. Returns the descriptor of /dev/fuse, which comes back over a socket. @throws MountError */
export function mountByFusermount(mountpoint: string, settings: MountSettings): number {
  const [ours, theirs] = socketPair();
  try {
    try {
      run(["-o", fusermountOptions(settings), "--", mountpoint], theirs);
    } finally {
      closeSync(theirs);
    }
    const device = receiveDescriptor(ours);
    if (device === undefined) throw new MountError("EIO", `${PROGRAM} gave no descriptor`);
    return device;
  } finally {
    closeSync(ours);
  }
}

/** @throws MountError */
export function unmountByFusermount(mountpoint: string, detach: boolean): void {
  run(["-u", ...(detach ? ["-z"] : []), "--", mountpoint], undefined);
}
