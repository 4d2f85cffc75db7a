import { Worker } from "node:worker_threads";
import type { BatchResult } from "./file-writer.ts";
import type { SharedBatch, ThreadData, ThreadMessage } from "./thread-protocol.ts";

/** Threads run built JavaScript also when this is a test on sources: Node 20 runs no TypeScript. */
const workerUrl = new URL(
  import.meta.url.endsWith(".ts") ? "../dist/extract-worker.js" : "./extract-worker.js",
  import.meta.url,
);

/** Threads that write files. */
export class Threads {
  readonly #workers: Worker[];
  readonly #ended: Promise<void>;

  /** @param onResult called for each batch that a thread has done */
  constructor(count: number, data: ThreadData, onResult: (result: BatchResult) => void) {
    this.#workers = Array.from({ length: count }, () => new Worker(workerUrl, { workerData: data }));
    this.#ended = Promise.all(
      this.#workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            worker.on("message", (result: BatchResult) => {
              try {
                onResult(result);
              } catch (error) {
                reject(error);
              }
            });
            worker.on("error", reject);
            worker.on("exit", (code) =>
              code === 0 ? resolve() : reject(new Error(`a thread ended with ${code}`)),
            );
          }),
      ),
    ).then(() => undefined);
    // Whoever awaits `finish` hears of it; until then it is no unhandled rejection.
    this.#ended.catch(() => undefined);
  }

  add(batch: SharedBatch): void {
    this.#send(batch);
  }

  /** Lets the threads end when they have done what there is. Rejects with the first error of one. */
  finish(): Promise<void> {
    this.#send("end");
    return this.#ended;
  }

  /** Ends the threads wherever they are. */
  async terminate(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #send(message: ThreadMessage): void {
    // The rule takes these for windows.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    for (const worker of this.#workers) worker.postMessage(message);
  }
}
