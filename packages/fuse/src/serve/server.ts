import { closeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { createEvent } from "@erofs/linux";
import type { Timeouts } from "../protocol/reply.ts";
import { signalEvent } from "./event.ts";
import { workerStart } from "./worker-start.ts";
import type { WorkerData, WorkerMessage } from "./worker-data.ts";

export interface ServerOptions {
  /** Descriptors of one connection, one a thread; closed when it is over. */
  readonly devices: readonly number[];
  readonly module: string;
  readonly data: unknown;
  readonly timeouts: Timeouts;
  onFault(text: string): void;
}

/** How long threads that were told to stop may be at what they are at, milliseconds. */
const PATIENCE = 5000;

/** The threads that serve one mount. */
export class Server {
  readonly #workers: readonly Worker[];
  readonly #stop: number;
  #stopped = false;
  /** Resolves when all threads can be asked; rejects if one ends before. */
  readonly ready: Promise<void>;
  /** Resolves when none runs any more and the connection is closed; rejects with what killed one. */
  readonly ended: Promise<void>;

  constructor({ devices, module, data, timeouts, onFault }: ServerOptions) {
    this.#stop = createEvent();
    const shared = devices.length > 1;
    const ready: Promise<void>[] = [];
    const exits: Promise<void>[] = [];
    let failure: { readonly error: unknown } | undefined;
    const { url, options } = workerStart();
    this.#workers = devices.map((device) => {
      const workerData: WorkerData = {
        module,
        data,
        timeouts,
        channel: { device, stop: this.#stop, shared },
      };
      // Polls are opened by system calls, of which Node does not know.
      const worker = new Worker(url, { ...options, workerData, trackUnmanagedFds: false });
      exits.push(
        new Promise((resolve) => {
          worker.on("exit", () => resolve());
        }),
      );
      ready.push(
        new Promise((resolve, reject) => {
          worker.on("message", (message: WorkerMessage) => {
            if (message.kind === "ready") resolve();
            else onFault(message.text);
          });
          const fail = (error: unknown): void => {
            failure ??= { error };
            // The others would go on, and what this one had taken would wait for ever.
            this.stop();
            reject(error);
          };
          worker.on("error", fail);
          worker.on("exit", (code) => {
            if (code !== 0 && !this.#stopped)
              fail(new Error(`a serving thread ended itself, with code ${code}`));
            reject(new Error("the thread ended before it served"));
          });
        }),
      );
      return worker;
    });
    this.ready = Promise.all(ready).then(() => {});
    this.ready.catch(() => {});
    this.ended = Promise.all(exits).then(() => {
      // The last descriptor that is closed ends the connection: whoever still waits gets ENOTCONN.
      for (const device of devices) closeSync(device);
      this.#stopped = true;
      closeSync(this.#stop);
      if (failure !== undefined) throw failure.error;
    });
    this.ended.catch(() => {});
  }

  /** Has the threads end after the request that they are at. Synchronous, so that it works while the process exits. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    signalEvent(this.#stop);
    const timer = setTimeout(() => {
      for (const worker of this.#workers) void worker.terminate();
    }, PATIENCE);
    void this.ended.finally(() => clearTimeout(timer)).catch(() => {});
  }
}
