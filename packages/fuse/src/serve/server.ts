import { closeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Timeouts } from "../protocol/reply.ts";
import { StopBoard } from "./stop-board.ts";
import { workerStart } from "./worker-start.ts";
import type { DeviceMessage, WorkerData, WorkerMessage } from "./worker-data.ts";

export interface ServerOptions {
  readonly threads: number;
  readonly module: string;
  readonly data: unknown;
  readonly timeouts: Timeouts;
  /** See `Rehearsal`. */
  readonly rehearses: boolean;
  onFault(text: string): void;
}

/** How long threads that were told to stop may be at what they are at, milliseconds. */
const PATIENCE = 5000;
/** Milliseconds between interrupts. */
const PACE = 5;

/**
 * MiB for new objects. Node's own limit makes a thread 20 to 30 MiB larger, and no faster: what a request allocates is
 * garbage when it is answered.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

/** The threads that serve one mount. First each makes its file system, then all are given descriptors of the connection. */
export class Server {
  readonly #workers: readonly Worker[];
  readonly #board: StopBoard;
  readonly #ready: Promise<void>;
  #devices: readonly number[] = [];
  #hasEnded = false;
  #failure: { readonly error: unknown } | undefined;
  /** Resolves when all threads have their file system; rejects with the error of one that has none. */
  readonly prepared: Promise<void>;
  /** What the file system asks for, once that is there. */
  readAhead: number | undefined;
  /** Resolves when none runs any more and the connection is closed; rejects with what killed one. */
  readonly ended: Promise<void>;

  constructor({ threads, module, data, timeouts, rehearses, onFault }: ServerOptions) {
    this.#board = new StopBoard(threads);
    const { url, options } = workerStart();
    const board = this.#board.memory;
    this.#workers = Array.from({ length: threads }, (_, thread) => {
      const workerData: WorkerData = { module, data, thread, board, timeouts, rehearses };
      return new Worker(url, { ...options, workerData, resourceLimits });
    });
    for (const worker of this.#workers) {
      worker.on("message", (message: WorkerMessage) => {
        if (message.kind === "fault") onFault(message.text);
        if (message.kind === "prepared") this.readAhead = message.readAhead;
      });
    }
    this.prepared = this.#allTell("prepared");
    this.#ready = this.#allTell("ready");
    this.ended = this.#allGone();
    for (const each of [this.prepared, this.#ready, this.ended]) each.catch(() => {});
  }

  /**
   * Resolves when all threads can be asked.
   * @param devices descriptors of one connection, one a thread; closed when it is over
   * @throws (rejects with) the error of a thread that ends before
   */
  serve(devices: readonly number[]): Promise<void> {
    this.#devices = devices;
    for (const [thread, worker] of this.#workers.entries()) {
      // The rule takes a worker for a window.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      worker.postMessage(devices[thread] as DeviceMessage);
    }
    return this.#ready;
  }

  /** Has the threads end after the request that they are at. */
  stop(): void {
    if (this.#board.isStopped) return;
    this.#board.stop();
    // One that still waits for its device is in no system call.
    if (this.#devices.length === 0) for (const worker of this.#workers) void worker.terminate();
    else void this.#interrupt();
  }

  /** The same at once, for when the process exits: this thread waits for them. */
  stopNow(): void {
    this.#board.stop();
    this.#board.interruptAll(PATIENCE);
  }

  async #allTell(kind: WorkerMessage["kind"]): Promise<void> {
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
              if (message.kind === kind) resolve();
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

  async #allGone(): Promise<void> {
    await Promise.all(
      this.#workers.map((worker) => new Promise<void>((resolve) => worker.on("exit", () => resolve()))),
    );
    this.#hasEnded = true;
    // The last descriptor that is closed ends the connection: whoever still waits gets ENOTCONN.
    for (const device of this.#devices) closeSync(device);
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
