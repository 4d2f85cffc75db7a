/** A thread that serves a mount, with a file system of its own. */
import { parentPort, workerData } from "node:worker_threads";
import type { CreateFileSystem } from "../file-system.ts";
import { serveLoop } from "./serve-loop.ts";
import { StopBoard } from "./stop-board.ts";
import { describeFault, type DeviceMessage, type WorkerData, type WorkerMessage } from "./worker-data.ts";

const { module, data, thread, board, timeouts, rehearses } = workerData as WorkerData;
const port = parentPort!;
const tell = (message: WorkerMessage): void => port.postMessage(message);

const { createFileSystem } = (await import(module)) as { createFileSystem?: CreateFileSystem };
if (typeof createFileSystem !== "function") {
  throw new TypeError(`${module} does not export the function createFileSystem`);
}
const fileSystem = await createFileSystem(data);
const stopBoard = new StopBoard(thread + 1, board);
tell({ kind: "prepared", readAhead: fileSystem.readAhead });
const device = await new Promise<DeviceMessage>((resolve) => port.once("message", resolve));
stopBoard.enter(thread);
try {
  tell({ kind: "ready" });
  serveLoop(
    device,
    fileSystem,
    timeouts,
    (fault) => tell({ kind: "fault", text: describeFault(fault) }),
    () => stopBoard.isStopped,
    rehearses,
  );
} finally {
  stopBoard.leave(thread);
  fileSystem.close?.();
}
