import { Worker } from "node:worker_threads";
import type { BatchResult } from "./batch-result.ts";
import type { SharedWork, ThreadData, ThreadMessage } from "./thread-protocol.ts";

/** Threads run built JavaScript also when this is a test on sources: Node 20 runs no TypeScript. */
const onSources = import.meta.url.endsWith(".ts");
const workerUrl = new URL(onSources ? "../dist/extract-worker.js" : "./extract-worker.js", import.meta.url);
const workerOptions = {
  // A large file may be opened by one thread and closed by another. Node would close it again when the first ends,
  // or what has got its number since.
  trackUnmanagedFds: false,
  // Tests on sources tell Node to prefer sources, which built code must not hear of.
  ...(onSources ? { execArgv: [] } : {}),
};

/** Threads that write files. */
export class Threads {
  readonly #workers: Worker[];
  readonly #exits: Promise<void>[];
  readonly #stop: Int32Array;
  readonly #errors: unknown[] = [];
  /** Whether the threads know that there is no more to come. */
  #isTold = false;

  /** @param onResult called for each batch that a thread has done, and each large file it had a part in; what it throws stops all */
  constructor(count: number, data: ThreadData, onResult: (result: BatchResult) => void) {
    this.#stop = new Int32Array(data.stop);
    this.#workers = Array.from(
      { length: count },
      () => new Worker(workerUrl, { ...workerOptions, workerData: data }),
    );
    this.#exits = this.#workers.map((worker) => {
      worker.on("message", (result: BatchResult) => {
        try {
          onResult(result);
        } catch (error) {
          this.#fail(error);
        }
      });
      worker.on("error", (error) => this.#fail(error));
      return new Promise((resolve) => {
        worker.on("exit", () => resolve());
      });
    });
  }

  add(work: SharedWork): void {
    this.#send(work);
  }

  /**
   * Lets the threads end when they have done what there is, or at once after an error. No thread runs any more when
   * this resolves, or rejects with the first error.
   */
  async finish(): Promise<void> {
    if (!this.#isTold) this.#send("end");
    this.#isTold = true;
    await Promise.all(this.#exits);
    if (this.#errors.length > 0) throw this.#errors[0];
  }

  #fail(error: unknown): void {
    this.#errors.push(error);
    Atomics.store(this.#stop, 0, 1);
  }

  #send(message: ThreadMessage): void {
    // The rule takes these for windows.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    for (const worker of this.#workers) worker.postMessage(message);
  }
}
