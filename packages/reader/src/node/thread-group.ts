import { Worker, type WorkerOptions } from "node:worker_threads";
import { ErofsError, threadDeath, type ThreadStart } from "@erofs/format";

/** What threads are sent: work, and at last the word that there is no more. */
export type ThreadMessage<Work> = { readonly work: Work } | "end";

/** What they answer: results, an error, after which they do nothing more, or that they have done all. */
export type ThreadAnswer<Result> =
  | { readonly result: Result }
  | { readonly error: { readonly code: string; readonly message: string } }
  | "done";

export interface ThreadGroupOptions<Result> {
  readonly count: number;
  /** Of a module that calls `serveGroup`. */
  readonly start: ThreadStart;
  readonly workerOptions?: Pick<WorkerOptions, "trackUnmanagedFds">;
  /** What each is started with. */
  readonly data: object;
  /** Called with what they have done; what it throws counts as an error of theirs. */
  onResult(result: Result): void;
  /** Called at the first error of one. Nobody knows then what it had taken. */
  onError(): void;
}

/** Threads that all get all work; who does what is up to them. */
export class ThreadGroup<Work, Result> {
  readonly #options: ThreadGroupOptions<Result>;
  readonly #workers: readonly Worker[];
  readonly #ends: readonly Promise<void>[];
  #error: { readonly cause: unknown } | undefined;
  #finished: Promise<void> | undefined;

  constructor(options: ThreadGroupOptions<Result>) {
    const { count, start, workerOptions, data } = options;
    this.#options = options;
    this.#workers = Array.from(
      { length: count },
      () => new Worker(start.url, { ...start.options, ...workerOptions, workerData: data }),
    );
    this.#ends = this.#workers.map((worker) => this.#endOf(worker));
  }

  /** @throws the first error of a thread, if there has been one */
  add(work: Work): void {
    this.throwError();
    this.#send({ work });
  }

  throwError(): void {
    if (this.#error !== undefined) throw this.#error.cause;
  }

  /**
   * Lets the threads end when they have done what there is. None runs any more when this resolves, or rejects with the
   * first error of one.
   */
  finish(): Promise<void> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  /** Ends the threads, whatever they are at. None runs any more when this resolves. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #finish(): Promise<void> {
    this.#send("end");
    await Promise.all(this.#ends);
    // What a plugin left running would keep its thread.
    await this.close();
    this.throwError();
  }

  /** Listens to a worker. Resolves when it does nothing more, or is gone. */
  #endOf(worker: Worker): Promise<void> {
    return new Promise((resolve) => {
      let isOver = false;
      worker.on("message", (answer: ThreadAnswer<Result>) => {
        if (answer === "done" || "error" in answer) {
          isOver = true;
          if (answer !== "done") this.#fail(new ErofsError(answer.error.code, answer.error.message));
          resolve();
          return;
        }
        try {
          this.#options.onResult(answer.result);
        } catch (error) {
          this.#fail(error);
        }
      });
      worker.on("error", (error) => this.#fail(deathBy(error)));
      worker.on("exit", (code) => {
        if (!isOver) this.#fail(deathBy(`it exited with code ${code}`));
        resolve();
      });
    });
  }

  #fail(cause: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = { cause };
    this.#options.onError();
  }

  #send(message: ThreadMessage<Work>): void {
    // The rule takes these for windows.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    for (const worker of this.#workers) worker.postMessage(message);
  }
}

function deathBy(cause: unknown): ErofsError {
  const { code, reason } = threadDeath(cause);
  return new ErofsError(code, `a thread died: ${reason}`, { cause });
}
