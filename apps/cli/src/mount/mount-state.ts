import { spawn } from "node:child_process";

/** Whether a mount answers: its server may be gone, or busy beyond patience. */
export type MountState = "ok" | "dead" | "silent";

/** Milliseconds that servers have to answer. */
const PATIENCE = 2000;
/** And those that the process which asks them has to start. */
const START_PATIENCE = 20_000;

/** Threads that may wait for an answer at the same time, in Node. */
const MAX_THREADS = 1024;

/** Says that it has started, and then line by line which target has answered, or that there is nobody to answer. */
const script = `
const fs = require("fs");
console.log("asking");
process.argv.slice(1).forEach((target, index) => fs.statfs(Buffer.from(target, "latin1"), (error) => {
  console.log(index + (["ENOTCONN", "ECONNABORTED"].includes(error?.code) ? " dead" : " ok"));
}));`;

/**
 * Asks mounts for their statistics, which the server of each itself has to answer. A process of its own does, since whoever
 * asks a server that does not answer cannot do anything else any more, not even end.
 * @param targets byte strings
 */
export function mountStates(targets: readonly string[], patience = PATIENCE): Promise<MountState[]> {
  const states: MountState[] = targets.map(() => "silent");
  if (targets.length === 0) return Promise.resolve(states);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["-e", script, "--", ...targets], {
      stdio: ["ignore", "pipe", "ignore"],
      cwd: "/",
      env: { ...process.env, UV_THREADPOOL_SIZE: String(Math.min(targets.length, MAX_THREADS)) },
    });
    const end = (): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      child.unref();
      child.stdout.destroy();
      resolve(states);
    };
    let timer = setTimeout(end, START_PATIENCE);
    let text = "";
    child.stdout.setEncoding("latin1").on("data", (more: string) => {
      text += more;
      const lines = text.split("\n");
      text = lines.pop()!;
      for (const line of lines) {
        const [index, state] = line.split(" ");
        if (state === "ok" || state === "dead") states[Number(index)] = state;
        else {
          clearTimeout(timer);
          timer = setTimeout(end, patience);
        }
      }
    });
    child.on("error", end);
    child.on("close", end);
  });
}
