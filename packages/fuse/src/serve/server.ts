import { closeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Timeouts } from "../protocol/reply.ts";
import { StopBoard } from "./stop-board.ts";
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
/** Milliseconds between interrupts. */
const PACE = 5;

/** The threads that serve one mount. */
export class Server {
  readonly #workers: readonly Worker[];
  readonly #board: StopBoard;
  #hasEnded = false;
  #failure: { readonly error: unknown } | undefined;
  /** Resolves when all threads can be asked; rejects if one ends before. */
  readonly ready: Promise<void>;
  /** Resolves when none runs any more and the connection is closed; rejects with what killed one. */
  readonly ended: Promise<void>;

  constructor({ devices, module, data, timeouts, onFault }: ServerOptions) {
    this.#board = new StopBoard(devices.length);
    const { url, options } = workerStart();
    this.#workers = devices.map((device, thread) => {
      const board = this.#board.memory;
      const workerData: WorkerData = { module, data, device, thread, board, timeouts };
      return new Worker(url, { ...options, workerData });
    });
    this.ready = this.#allReady(onFault);
    this.ready.catch(() => {});
    this.ended = this.#allGone(devices);
    this.ended.catch(() => {});
  }

  /** Has the threads end after the request that they are at. */
  stop(): void {
    if (this.#board.isStopped) return;
    this.#board.stop();
    void this.#interrupt();
  }

  /** The same at once, for when the process exits: this thread waits for them. */
  stopNow(): void {
    this.#board.stop();
    this.#board.interruptAll(PATIENCE);
  }

  async #allReady(onFault: (text: string) => void): Promise<void> {
    await Promise.all(
      this.#workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            const fail = (error: unknown): void => {
              this.#failure ??= { error };
              // The others would go on, and what this one had taken would wait for ever.
              this.stop();
              reject(error);
            };
            worker.on("message", (message: WorkerMessage) => {
              if (message.kind === "ready") resolve();
              else onFault(message.text);
            });
            worker.on("error", fail);
            worker.on("exit", (code) => {
              if (code !== 0 && !this.#board.isStopped) {
                fail(new Error(`a serving thread ended itself, with code ${code}`));
              }
              reject(new Error("the thread ended before it served"));
            });
          }),
      ),
    );
  }

  async #allGone(devices: readonly number[]): Promise<void> {
    await Promise.all(
      this.#workers.map((worker) => new Promise<void>((resolve) => worker.on("exit", () => resolve()))),
    );
    this.#hasEnded = true;
    // The last descriptor that is closed ends the connection: whoever still waits gets ENOTCONN.
    for (const device of devices) closeSync(device);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #interrupt(): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!this.#hasEnded) {
      this.#board.interrupt();
      if (performance.now() > end) for (const worker of this.#workers) void worker.terminate();
      await pause(PACE);
    }
  }
}
