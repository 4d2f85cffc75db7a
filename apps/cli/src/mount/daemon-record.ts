import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The process that serves a mount by FUSE. */
export interface DaemonRecord {
  readonly pid: number;
  /** When it started, in the kernel's ticks since boot: process numbers are used again. */
  readonly startTime: string;
}

type Device = { readonly deviceMajor: number; readonly deviceMinor: number };

/** When a process started; undefined when there is none of the number. */
function startTimeOf(pid: number): string | undefined {
  try {
    // The second field is a name in parentheses, which may contain anything.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
    // A zombie has ended.
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function isRunning({ pid, startTime }: DaemonRecord): boolean {
  return startTimeOf(pid) === startTime;
}

/** The user's directory for such notes; undefined when somebody else has one of its name. */
function directory(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const uid = process.getuid?.() ?? 0;
  const base = uid === 0 ? "/run" : env["XDG_RUNTIME_DIR"];
  const path = base === undefined || base === "" ? join(tmpdir(), `erofs-${uid}`) : join(base, "erofs");
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const stat = lstatSync(path);
    return stat.isDirectory() && stat.uid === uid ? path : undefined;
  } catch {
    return undefined;
  }
}

function pathOf({ deviceMajor, deviceMinor }: Device, env: Readonly<Record<string, string | undefined>>) {
  const folder = directory(env);
  return folder && join(folder, `${deviceMajor}-${deviceMinor}.json`);
}

/** Notes which process serves a mount, so that `umount` can wait for its end. */
export function writeRecord(mount: Device, pid: number, env = process.env): void {
  const path = pathOf(mount, env);
  const startTime = startTimeOf(pid);
  if (path === undefined || startTime === undefined) return;
  try {
    writeFileSync(path, JSON.stringify({ pid, startTime } satisfies DaemonRecord), { mode: 0o600 });
  } catch {
    // Then nobody waits.
  }
}

/** The process that serves a mount, where that is known and it runs. */
export function readRecord(mount: Device, env = process.env): DaemonRecord | undefined {
  const path = pathOf(mount, env);
  if (path === undefined) return undefined;
  try {
    const record = JSON.parse(readFileSync(path, "utf8")) as Partial<DaemonRecord> | null;
    const { pid, startTime } = record ?? {};
    if (typeof pid !== "number" || typeof startTime !== "string") return undefined;
    return isRunning({ pid, startTime }) ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}

export function removeRecord(mount: Device, env = process.env): void {
  const path = pathOf(mount, env);
  if (path !== undefined) rmSync(path, { force: true });
}
