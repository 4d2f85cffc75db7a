import { parentPort, workerData } from "node:worker_threads";
import { compareFiles } from "./file-bytes.mjs";

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
parentPort?.postMessage(compareFiles(workerData));
