import { spawn } from "node:child_process";

/** Whether a mount answers: its server may be gone, or busy beyond patience. */
export type MountState = "ok" | "dead" | "silent";

/** Milliseconds that a server has to answer. */
const PATIENCE = 2000;

/** Exits with 3 where the server is gone. */
const script = `require("fs").statfs(Buffer.from(process.argv[1], "latin1"), (error) => {
  process.exitCode = error === null ? 0 : ["ENOTCONN", "ECONNABORTED"].includes(error.code) ? 3 : 4;
})`;

/**
 * Asks a mount for its statistics, which its server itself has to answer. A process of its own does, since whoever asks a
 * server that does not answer cannot do anything else any more, not even end.
 * @param target byte string
 */
export function mountState(target: string, patience = PATIENCE): Promise<MountState> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["-e", script, "--", target], { stdio: "ignore", cwd: "/" });
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      child.unref();
      resolve("silent");
    }, patience);
    child.on("error", () => resolve("silent"));
    child.on("exit", (code) => {
      clearTimeout(timer);
      resolve(code === 0 || code === 4 ? "ok" : code === 3 ? "dead" : "silent");
    });
  });
}
