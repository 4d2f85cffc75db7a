import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { ErofsError } from "@erofs/format";
import type { OpenOptions } from "../image-state.ts";
import type { ContentResult, ContentWork, SharedCheck } from "./content-work.ts";
import type { OpenFiles } from "./image-files.ts";
import type { Plugin } from "./plugins.ts";

/** What a thread is started with. */
export interface CheckThreadData {
  readonly files: OpenFiles;
  /** As the starting thread found them: files may grow. */
  readonly sizes: readonly number[];
  readonly plugins: readonly Plugin[];
  readonly caches: Pick<OpenOptions, "cacheBytes" | "clusterBytes">;
  readonly shared: SharedCheck;
  readonly partBytes: number;
}

/** What threads are sent: work, and at last the word that there is no more. */
export type CheckThreadMessage = ContentWork | "end";

/** What they answer: results, an error that ends the check, or that they have done all. */
export type CheckThreadAnswer = ContentResult | { readonly code: string; readonly message: string } | "done";

/** Threads run built JavaScript also when this is a test on sources: Node 20 runs no TypeScript. */
const onSources = import.meta.url.endsWith(".ts");
const workerUrl = new URL(
  onSources ? "../../dist/node/check-worker.js" : "./check-worker.js",
  import.meta.url,
);
/**
 * Node's options are inherited, V8's too, which cannot be given; but not those that lead to sources, and
 * `node --input-type=module -e …` has one that is for text alone.
 */
const inheritsOptions = !onSources && !process.execArgv.some((option) => option.startsWith("--input-type"));
const execArgv = inheritsOptions ? {} : { execArgv: [] };

/** What JavaScript may keep in a thread: files and clusters are in buffers, which do not count. */
const resourceLimits = { maxOldGenerationSizeMb: 512 };

/** Whether there is anything that threads can run. */
export function canHaveThreads(): boolean {
  return !onSources || existsSync(fileURLToPath(workerUrl));
}

/** Threads that check content. One that fails or dies ends them all: nobody knows what it had taken. */
export class CheckThreads {
  readonly #workers: readonly Worker[];
  readonly #ends: readonly Promise<void>[];
  #error: { readonly cause: unknown } | undefined;

  /** @param onResult called with what they have done; what it throws counts as an error of theirs */
  constructor(count: number, data: CheckThreadData, onResult: (result: ContentResult) => void) {
    this.#workers = Array.from(
      { length: count },
      () => new Worker(workerUrl, { ...execArgv, resourceLimits, workerData: data }),
    );
    this.#ends = this.#workers.map((worker) => this.#endOf(worker, onResult));
  }

  /** @throws the first error of a thread, if there has been one */
  add(work: ContentWork): void {
    this.throwError();
    this.#send(work);
  }

  throwError(): void {
    if (this.#error !== undefined) throw this.#error.cause;
  }

  /** Resolves when the threads have done what there is. @throws (rejects with) the first error of one */
  async finish(): Promise<void> {
    this.#send("end");
    await Promise.all(this.#ends);
    this.throwError();
  }

  /** Ends the threads, whatever they are at. None runs any more when this resolves. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** Listens to a worker. Resolves when it has done everything, or is gone. */
  #endOf(worker: Worker, onResult: (result: ContentResult) => void): Promise<void> {
    return new Promise((resolve) => {
      let isDone = false;
      worker.on("message", (answer: CheckThreadAnswer) => {
        if (answer === "done") {
          isDone = true;
          resolve();
          return;
        }
        try {
          if ("code" in answer) throw new ErofsError(answer.code, answer.message);
          onResult(answer);
        } catch (error) {
          this.#fail(error);
        }
      });
      worker.on("error", (error) => this.#fail(deathBy(error)));
      worker.on("exit", (code) => {
        if (!isDone) this.#fail(deathBy(new Error(`it exited with code ${code}`)));
        resolve();
      });
    });
  }

  #fail(cause: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = { cause };
    void this.close();
  }

  #send(message: CheckThreadMessage): void {
    // The rule takes these for windows.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    for (const worker of this.#workers) worker.postMessage(message);
  }
}

/** Why a thread is gone. */
function deathBy(cause: unknown): ErofsError {
  const isMemory = cause instanceof Error && "code" in cause && cause.code === "ERR_WORKER_OUT_OF_MEMORY";
  const words = cause instanceof Error ? cause.message : String(cause);
  return new ErofsError(
    isMemory ? "ENOMEM" : "ECHILD",
    `a thread died: ${isMemory ? "it used up its memory" : words}`,
    { cause },
  );
}
